import type { AnyResource, Clock, ConditionInput, Infer, InferInput, KubeObject, ObjectKey } from '@opwright/machinery';
import type { ListFilter } from '../cache/kind-cache.ts';
import type { EventInput } from '../events/recorder.ts';
import type { Logger } from '../manager/logger.ts';
import type { Triggers } from '../queue/triggers.ts';
import type { ClusterContext, ClusterReadContext, Clusters, DeclaredIn } from './clusters.ts';
import type { Duration } from './duration.ts';
import type { Poll } from './outside.ts';
import type { ReconcileResult } from './result.ts';

/** Names a kind in the types: what a controller has declared is a union of these. */
export type KindName<R extends AnyResource> = `${R['apiVersion']}/${R['kind']}`;

/** Names what is read of a kind: all, or its metadata (see `metadataOf`) and fields (see `projectionOf`), each by itself. */
export type ViewName<R extends AnyResource> = R extends { readonly fields: infer Fields }
  ? `metadata of ${KindName<R>}` | `${FieldNames<Fields>} of ${KindName<R>}`
  : KindName<R>;

type FieldNames<Fields> = {
  [Part in keyof Fields & string]: Fields[Part] extends readonly (infer Field extends string)[]
    ? `${Part}.${Field}`
    : Part;
}[keyof Fields & string];

/** `R` when it may be read, else the sentence that the compiler shows. */
export type Readable<R extends AnyResource, Declared extends string> =
  ViewName<R> extends Declared
    ? R
    : R extends { readonly fields: infer Fields }
      ? [keyof Fields] extends [never]
        ? `the metadata of ${R['kind']} is not declared: call .reads(metadataOf(${R['kind']})) on the controller`
        : `not all of these fields of ${R['kind']} are declared: call .reads(projectionOf(${R['kind']}, { … })) on the controller`
      : `${R['kind']} is not declared: call .reads(${R['kind']}) on the controller`;

/** `R` when it may be written, else the sentence that the compiler shows. */
export type Writable<R extends AnyResource, Declared extends string> =
  KindName<R> extends Declared
    ? R
    : `${R['kind']} may not be written: call .owns(${R['kind']}) or .writes(${R['kind']}) on the controller`;

/** The part of a status that a controller sets; a field that is `undefined` is removed, one that is left out stays. */
export type StatusInput<R extends AnyResource> =
  InferInput<R> extends { readonly status?: infer Status } ? Partial<NonNullable<Status>> : object;

/** What every function of a controller gets: reads of declared kinds from the cache, and its surroundings. */
export interface ReadContext<Reads extends string> {
  /**
   * The cached object, shared and readonly, undefined when there is none. A name alone means the namespace of the object that is being
   * reconciled. Reads show the writes that this operator has made, even before their events have arrived.
   */
  get<R extends AnyResource>(resource: Readable<R, Reads>, key: ObjectKey | string): Infer<R> | undefined;
  /** The cached objects, in no particular order; by default those of all namespaces. */
  list<R extends AnyResource>(resource: Readable<R, Reads>, filter?: ListFilter): readonly Infer<R>[];
  /** Whether the server serves the kind now: false only for a kind that is declared as optional, while its CRD is missing. */
  serves<R extends AnyResource>(resource: Readable<R, Reads>): boolean;
  /**
   * The cluster in which the reconciled object is: `local` is the manager's own, others have the names under which they were
   * added. Everything that names no cluster means this one.
   */
  readonly cluster: string;
  /** Another cluster, for what was declared with `{ cluster }`. @throws Error when the manager has no cluster of the name */
  in<C extends string>(cluster: C): ClusterReadContext<DeclaredIn<Reads, C>, C>;
  /**
   * The items that were read last from a source declared with `polls`, by their id; undefined while none have been read yet. They
   * are those that `list` returned: readonly for everybody. @throws Error when the poll is not declared on the controller
   */
  polled<T>(poll: Poll<T>): ReadonlyMap<string, T> | undefined;
  readonly log: Logger;
  /** Aborts when the manager stops and when the reconcile's time is up. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** What a reconcile function gets beside the object. */
export interface Context<Primary extends AnyResource, Reads extends string, Writes extends string>
  extends ReadContext<Reads> {
  readonly key: ObjectKey;
  in<C extends string>(cluster: C): ClusterContext<DeclaredIn<Reads, C>, DeclaredIn<Writes, C>, C>;
  /**
   * Why this run: what has happened since the last one, each once, at most 16. For logs and traces; what to do must
   * follow from the objects alone, because events are merged, and lost while the operator is away.
   */
  readonly triggers: Triggers;
  /**
   * A number that grows with each leader, for systems outside of the cluster: one that remembers the highest it has seen
   * can refuse a write that a former leader has sent before it was replaced. Undefined without leader election. It
   * starts anew when somebody deletes the Lease.
   */
  readonly fencingToken: number | undefined;
  /**
   * Server-side apply: the object gets exactly the fields given here from this controller, whoever else has others. A
   * namespaced object without a namespace goes to that of the reconciled object. Owned kinds get the owner reference.
   * No request is made when the cached object shows that nothing would change. Returns the object after it.
   *
   * @throws OwnershipError when an owned kind's object is somebody else's, see {@link OwnOptions.adopt}
   * @throws StatusError
   */
  apply<R extends AnyResource>(
    resource: Writable<R, Writes>,
    object: InferInput<R>,
    options?: ApplyOptions,
  ): Promise<Infer<R>>;
  /** Creates the object; namespace and owner reference as in {@link Context.apply}. @throws StatusError */
  create<R extends AnyResource>(resource: Writable<R, Writes>, object: InferInput<R>): Promise<Infer<R>>;
  /**
   * Deletes the object; one that is gone, or was replaced by another of its name, is fine. An object (not a key) is
   * deleted only as long as it has the same uid. @throws StatusError
   */
  delete<R extends AnyResource>(resource: Writable<R, Writes>, object: KubeObject | ObjectKey | string): Promise<void>;
  /**
   * Deletes the objects of these owned kinds that earlier reconciles of the object have applied and this one has not, so
   * far: call it after the last apply. A reconcile that ends before it prunes nothing.
   *
   * Only objects that this object controls and that this controller has applied are deleted, never what was created
   * ({@link Context.create}) or what somebody else has made. @throws StatusError
   */
  prune<Kinds extends readonly AnyResource[]>(
    ...resources: { readonly [Index in keyof Kinds]: Writable<Kinds[Index], Writes> }
  ): Promise<void>;
  /**
   * Sets fields of the status. What all calls of one reconcile say is written once, at its end and also when it fails,
   * with `observedGeneration` where the schema has it, and only if it differs from what is there.
   */
  status(value: StatusInput<Primary>): void;
  /** Sets one condition in `status.conditions`; `lastTransitionTime` changes only with the status. Written with the status. */
  condition(condition: ConditionInput): void;
  /**
   * Tells people: `kubectl get events` and `kubectl describe` show it. It is sent in the background; repetitions are
   * counted, not repeated.
   */
  event(event: EventInput): void;
}

export interface ApplyOptions {
  /**
   * Take fields that another manager has, which is what a controller wants for its own objects. False: fail then, with a
   * conflict that `applyConflicts` explains. Default true.
   */
  readonly force?: boolean;
}

export type Reconcile<Primary extends AnyResource, Reads extends string, Writes extends string> = (
  object: Infer<Primary>,
  ctx: Context<Primary, Reads, Writes>,
) => Promise<ReconcileResult> | ReconcileResult;

/** Objects or keys of the primary kind. */
export type MapResult = readonly (KubeObject | ObjectKey)[] | KubeObject | ObjectKey | undefined;

/** What has happened: what was created has no old state, what was deleted no new one. */
export type ItemChange<T> =
  | { readonly type: 'create'; readonly old?: undefined; readonly new: T }
  | { readonly type: 'update'; readonly old: T; readonly new: T }
  | { readonly type: 'delete'; readonly old: T; readonly new?: undefined };

/** What has happened to an object. */
export type Change<R extends AnyResource> = ItemChange<Infer<R>>;

/**
 * Which objects of the primary kind an event concerns. Called with the new and with the old state of a change, so that an
 * object that is not referred to any more hears of it, too; `change` has both.
 */
export type MapFunction<R extends AnyResource, Reads extends string> = (
  object: Infer<R>,
  ctx: ReadContext<Reads>,
  change: Change<R>,
) => Promise<MapResult> | MapResult;

/** Which part of a kind is cached, and how it is found. */
export interface ReadOptions<R extends AnyResource> {
  /** Only objects with these labels are cached: `app=web,tier in (a,b)`. */
  readonly labelSelector?: string;
  /** Only objects with these fields are cached: `spec.nodeName=a,status.phase!=Failed`. Which fields there are is up to the kind. */
  readonly fieldSelector?: string;
  /**
   * The server may lack the kind: reads find nothing then, `ctx.serves` is false, and all objects are reconciled when it
   * comes or goes. It is looked for every 10 s. Default false: a missing kind is an error that keeps the controller waiting.
   */
  readonly optional?: boolean;
  /**
   * Names, and what an object is found by: `{ byNode: (pod) => [pod.spec.nodeName ?? ''] }` for
   * `ctx.list(Pod, { index: ['byNode', 'a'] })`. Names are the controller's own.
   */
  readonly indexes?: Readonly<Record<string, (object: Infer<R>) => readonly string[]>>;
}

/**
 * Which events lead to a reconcile. They do not change what is cached. Of `generationChanged` and `whenChanged` one is
 * enough; creation, deletion, and updates of the deletion timestamp or the finalizers pass in any case.
 */
export interface Predicates<R extends AnyResource> {
  /** Ignore updates that leave the generation alone. Kinds without a generation pass always. Default false. */
  readonly generationChanged?: boolean;
  /**
   * Ignore updates that leave alone what this reads from the object: `(pod) => pod.spec.nodeName`,
   * `(foo) => [foo.spec, foo.metadata.labels]`.
   */
  readonly whenChanged?: (object: Infer<R>) => unknown;
  /** Ignore objects for which this is false; of an update, the old and the new state are asked, and one is enough. */
  readonly onlyWhen?: (object: Infer<R>) => boolean;
}

export interface WatchOptions<R extends AnyResource> extends ReadOptions<R>, Predicates<R> {}

export interface OwnOptions<R extends AnyResource> extends WatchOptions<R> {
  /**
   * Which objects that are there already, and have no controller, `ctx.apply` may take over: all, or those for which this
   * is true. Default: none, it throws an OwnershipError. What something else controls is never taken.
   */
  readonly adopt?: boolean | ((object: Infer<R>) => boolean);
}

export interface ControllerOptions<R extends AnyResource> extends ReadOptions<R>, Predicates<R> {
  /** Unique in the operator; default: the kind in lower case. */
  readonly name?: string;
  /** How many objects are reconciled at the same time; default 1. One object is never reconciled twice at a time. */
  readonly concurrency?: number;
  /** Abort `ctx.signal` after so long; default: never. */
  readonly timeout?: Duration;
  /** Say aloud when a reconcile has lasted for so long, and which request of ctx it waits for; default `5m`. */
  readonly stuckAfter?: Duration;
  /**
   * The clusters whose objects are reconciled; default `local`, the manager's own. `others`: all that were added to the
   * manager; `all`: both. In each, as many are reconciled at the same time as `concurrency` says, and none waits for
   * another.
   */
  readonly clusters?: Clusters;
  /** Reconcile objects that are being deleted and do not wait for this controller's `finalize`, too. Default false. */
  readonly whileDeleting?: boolean;
}

export interface FinalizeOptions {
  /** `domain/name`; default: the resource's group and `<operator>-<controller>`. */
  readonly finalizer?: string;
}
