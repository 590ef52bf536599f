import { type AnyResource, keyString, type ObjectKey } from '@opwright/machinery';
import { isSameKind, kindKey, viewKey } from '../cache/kind-key.ts';
import { type Activity, tracked } from './activity.ts';
import type { ClusterKinds } from './context.ts';
import type { Before, RunWrites } from './hot-loop.ts';
import type { ReadGate } from './read-gate.ts';

/** Whose reach it is. */
export interface ReachOptions {
  /** The key of the run. */
  readonly key: string;
  readonly activity: Activity;
  readonly gate: ReadGate;
  readonly written: () => RunWrites;
}

/**
 * A cluster as one run reaches it: its client tells what the run waits for, what it writes is remembered for the detection
 * of loops, and the next run of the key waits until readers see it.
 *
 * @param cluster its name, when it is not that of the reconciled object
 */
export function reach(there: ClusterKinds, cluster: string | undefined, options: ReachOptions): ClusterKinds {
  const { key, activity, gate, written } = options;
  const { readable } = there.kinds;
  /** What was there when the request was sent: the event of a write may come before the answer. */
  const before = new Map<string, Before>();

  function awaitReads(kind: AnyResource, object: ObjectKey): void {
    for (const view of readable.values()) {
      if (isSameKind(view.resource, kind) && view.isPending(object)) gate.wrote(key, view, object);
    }
  }

  return {
    kinds: there.kinds,
    applied: there.applied,
    client: tracked(there.client, activity, cluster, (kind, object) => {
      const view = readable.get(viewKey(kind));
      before.set(`${kindKey(kind)} ${keyString(object)}`, view ? view.get(object) : 'unknown');
    }),
    wrote(kind, object) {
      const { metadata } = object;
      const shown = there.wrote(kind, object);
      awaitReads(kind, metadata);
      written().wrote(kind, metadata, before.get(`${kindKey(kind)} ${keyString(metadata)}`), shown, cluster);
      return shown;
    },
    deleted(kind, object, uid) {
      written().wrote(kind, object, undefined, undefined, cluster);
      there.deleted(kind, object, uid);
      awaitReads(kind, object);
    },
  };
}
