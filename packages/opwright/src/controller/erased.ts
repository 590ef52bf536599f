import type { AnyResource, ConditionInput, KubeObject, ObjectKey, ObjectMetaInput } from '@opwright/machinery';
import type { ListFilter } from '../cache/kind-cache.ts';
import type { IndexFunction } from '../cache/store.ts';
import type { EventInput } from '../events/recorder.ts';
import type { Poll } from './outside.ts';
import type { Adopt } from './ownership.ts';
import type { ReconcileResult } from './result.ts';
import type { ApplyOptions, Change, Context, ControllerOptions, MapResult, ReadContext } from './types.ts';

/*
 * What the runtime sees of a controller: every object is a KubeObject. The types that users see exist for the compiler
 * only; the builder is the one place where they end.
 */

export interface ErasedReads {
  get(resource: AnyResource, key: ObjectKey | string): KubeObject | undefined;
  list(resource: AnyResource, filter?: ListFilter): readonly KubeObject[];
  serves(resource: AnyResource): boolean;
}

export type ErasedReadContext = Omit<ReadContext<never>, 'get' | 'list' | 'serves' | 'in' | 'polled'> &
  ErasedReads & {
    in(cluster: string): ErasedReads;
    polled(poll: Poll<unknown>): ReadonlyMap<string, unknown> | undefined;
  };

export type ObjectInput = { readonly metadata?: ObjectMetaInput };

export interface ErasedWrites {
  apply(resource: AnyResource, object: ObjectInput, options?: ApplyOptions): Promise<KubeObject>;
  create(resource: AnyResource, object: ObjectInput): Promise<KubeObject>;
  delete(resource: AnyResource, object: KubeObject | ObjectKey | string): Promise<void>;
}

export type ErasedContext = Omit<ErasedReadContext, 'in'> &
  ErasedWrites &
  Pick<Context<AnyResource, never, never>, 'key' | 'fencingToken' | 'triggers'> & {
    in(cluster: string): ErasedReads & ErasedWrites;
    prune(...resources: readonly AnyResource[]): Promise<void>;
    status(value: object): void;
    condition(condition: ConditionInput): void;
    event(event: EventInput): void;
  };

export type ErasedReconcile = (object: KubeObject, ctx: ErasedContext) => Promise<ReconcileResult> | ReconcileResult;

export type ErasedChange = Change<AnyResource>;

export type ErasedMapFunction = (
  object: KubeObject,
  ctx: ErasedReadContext,
  change: ErasedChange,
) => Promise<MapResult> | MapResult;

export interface ErasedPredicates {
  readonly generationChanged?: boolean;
  readonly onlyWhen?: (object: KubeObject) => boolean;
  readonly whenChanged?: (object: KubeObject) => unknown;
}

export interface ErasedWatchOptions extends ErasedPredicates {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly optional?: boolean;
  readonly indexes?: Readonly<Record<string, IndexFunction>>;
  /** Of `owns`. */
  readonly adopt?: Adopt;
  /** Absent = that of the reconciled object; `*` = each. */
  readonly cluster?: string;
}

export type ErasedControllerOptions = ErasedWatchOptions &
  Pick<
    ControllerOptions<AnyResource>,
    'name' | 'concurrency' | 'timeout' | 'stuckAfter' | 'whileDeleting' | 'clusters'
  >;
