import { type Clock, groupResourceText } from '@opwright/machinery';
import type { Cache } from '../cache/cache.ts';
import type { RunningController } from '../controller/controller.ts';
import type { RunningReconcile } from '../controller/runner.ts';
import type { QueuedKey } from '../queue/work-queue.ts';
import type { Readiness } from './readiness.ts';

/** What a manager is doing at this moment: for a person who asks why something does not happen. */
export interface ManagerDump {
  readonly ready: Readiness;
  readonly isLeader: boolean;
  readonly fencingToken?: number;
  readonly controllers: readonly ControllerDump[];
  readonly caches: readonly CacheDump[];
}

export interface ControllerDump {
  readonly controller: string;
  /** Absent = the manager's own. */
  readonly cluster?: string;
  /** Reconciles under way. */
  readonly running: readonly RunningReconcile[];
  /** Keys that are due, and those that wait for a retry or a timer. */
  readonly queue: { readonly due: number; readonly waiting: number; readonly keys: readonly QueuedKey[] };
}

export interface CacheDump {
  /** `deployments.apps`. */
  readonly resource: string;
  readonly cluster?: string;
  /** Absent = all. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly objects: number;
  readonly synced: boolean;
  readonly resourceVersion: string;
  /** Since the server was last heard of. */
  readonly silentMs?: number;
  readonly error?: string;
}

/** How many keys of a queue are told; the next ones first. */
const KEYS = 100;

export function dumpController(
  { name, queue, running }: RunningController,
  cluster: string | undefined,
): ControllerDump {
  return {
    controller: name,
    ...(cluster !== undefined && { cluster }),
    running: running(),
    queue: { due: queue.length, waiting: queue.waiting, keys: queue.keys(KEYS) },
  };
}

export function dumpCache(cache: Cache, cluster: string | undefined, clock: Clock): CacheDump[] {
  return cache.kinds.flatMap(({ informers }) =>
    informers.map(({ resource, scope, store, state }) => ({
      resource: groupResourceText(resource),
      ...(cluster !== undefined && { cluster }),
      ...(scope.namespace !== undefined && { namespace: scope.namespace }),
      ...(scope.labelSelector !== undefined && { labelSelector: scope.labelSelector }),
      ...(scope.fieldSelector !== undefined && { fieldSelector: scope.fieldSelector }),
      objects: store.size,
      synced: state.synced,
      resourceVersion: state.resourceVersion,
      ...(state.lastEventAt !== undefined && { silentMs: Math.round(clock.monotonic() - state.lastEventAt) }),
      ...(state.lastError && { error: state.lastError.message }),
    })),
  );
}
