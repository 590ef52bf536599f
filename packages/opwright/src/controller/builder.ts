import type { AnyResource } from '@opwright/machinery';
import { viewKey } from '../cache/kind-key.ts';
import type { InCluster, KindIn, ViewIn } from './clusters.ts';
import { type Duration, durationMs } from './duration.ts';
import type { ErasedControllerOptions, ErasedMapFunction, ErasedReconcile, ErasedWatchOptions } from './erased.ts';
import { type ErrorMatcher, type ErrorPolicy, type ErrorRule, errorRule } from './error-policy.ts';
import { type ItemMapFunction, type OutsideSource, type Poll, pollSource, pushSource } from './outside.ts';
import type {
  Context,
  ControllerOptions,
  FinalizeOptions,
  KindName,
  MapFunction,
  OwnOptions,
  ReadOptions,
  Reconcile,
  ViewName,
  WatchOptions,
} from './types.ts';

/** What a controller has declared about another kind. */
export interface SourceDefinition {
  readonly resource: AnyResource;
  readonly role: 'watches' | 'reads' | 'owns' | 'writes';
  readonly options: ErasedWatchOptions;
  /** For `watches`. */
  readonly map?: ErasedMapFunction;
}

/** A controller as the manager runs it; types are gone. */
export interface ControllerDefinition {
  readonly name: string;
  readonly resource: AnyResource;
  readonly options: ErasedControllerOptions;
  readonly sources: readonly SourceDefinition[];
  readonly reconcile?: ErasedReconcile;
  /** In the order in which they run; the first may be without a name. */
  readonly finalizers?: readonly (FinalizeOptions & { readonly finalize: ErasedReconcile })[];
  /** Reconcile each object at least this often; absent = only when something happens. */
  readonly everyMs?: number;
  /** What the controller follows outside of the cluster. */
  readonly outside?: readonly OutsideSource[];
  /** The first that matches an error decides. */
  readonly errorRules?: readonly ErrorRule[];
}

/** Something with a definition: what `defineOperator` takes. */
export interface Controller {
  readonly definition: ControllerDefinition;
}

/**
 * A controller under construction. Every method returns a new one. What is declared decides what is cached, what the RBAC
 * manifest asks for, and what `ctx` offers.
 */
export interface ControllerBuilder<Primary extends AnyResource, Reads extends string, Writes extends string>
  extends Controller {
  /** Exists for the compiler only, see {@link ContextOf}. */
  readonly '~context'?: Context<Primary, Reads, Writes>;
  /**
   * Caches `resource` and reconciles what `map` returns when one of its objects changes. With `{ cluster }` it is watched
   * there, and `map` is asked once for each cluster whose objects the controller reconciles.
   */
  watches<R extends AnyResource, C extends string = never>(
    resource: R,
    map: MapFunction<R, Reads | ViewIn<R, C>>,
    options?: WatchOptions<R> & InCluster<C>,
  ): ControllerBuilder<Primary, Reads | ViewIn<R, C>, Writes>;
  /** Caches `resource` for `ctx.get` and `ctx.list`; its changes lead to nothing. */
  reads<R extends AnyResource, C extends string = never>(
    resource: R,
    options?: ReadOptions<R> & InCluster<C>,
  ): ControllerBuilder<Primary, Reads | ViewIn<R, C>, Writes>;
  /**
   * The controller creates objects of this kind, with an owner reference to the primary object, and reconciles the owner
   * when one of them changes.
   */
  owns<R extends AnyResource>(
    resource: R,
    options?: OwnOptions<R>,
  ): ControllerBuilder<Primary, Reads | ViewName<R>, Writes | KindName<R>>;
  /** The controller creates, applies and deletes objects of this kind, without owning them. Nothing is cached. */
  writes<R extends AnyResource, C extends string = never>(
    resource: R,
    options?: InCluster<C>,
  ): ControllerBuilder<Primary, Reads, Writes | KindIn<R, C>>;
  /** What makes the world as the object says. Must be idempotent: it is called whenever something may have changed. */
  reconcile(reconcile: Reconcile<Primary, Reads, Writes>): ControllerBuilder<Primary, Reads, Writes>;
  /**
   * What has to happen before an object may go. The finalizer is on the object before its first reconcile, and is removed
   * only after this function has succeeded. `retryAfter` and errors keep it.
   *
   * May be called several times: the functions run in this order, each only after the finalizer of the one before it is
   * gone. @throws Error when the second has no name, or the name of another
   */
  finalize(
    finalize: Reconcile<Primary, Reads, Writes>,
    options?: FinalizeOptions,
  ): ControllerBuilder<Primary, Reads, Writes>;
  /**
   * Reconciles each object again after `interval` (up to a tenth earlier, so that the objects spread), whatever happens
   * meanwhile: for a world outside of the cluster that tells of nothing. @throws RangeError when it is no duration above 0
   */
  every(interval: Duration): ControllerBuilder<Primary, Reads, Writes>;
  /**
   * Reads the state of something outside of the cluster again and again, and reconciles what `map` returns for the items that
   * have come, changed or gone. Failures are logged and counted (`opwright_source_errors_total`), and do not hold up the
   * controller. Only the replica that works reads.
   *
   * @param name unique in the controller; names the source in logs, metrics and `ctx.triggers`
   */
  polls<T>(name: string, poll: Poll<T>, map: ItemMapFunction<T, Reads>): ControllerBuilder<Primary, Reads, Writes>;
  /**
   * Takes events from outside of the cluster, and reconciles what `map` returns for each: a message queue, or an
   * `inbox` that an HTTP handler fills. Each is taken when the one before has been mapped, and not while 1000 objects are
   * due. `open` is called again, with growing pauses, when the events end or fail. Only the replica that works takes any.
   *
   * @param name as for `polls`
   */
  receives<T>(
    name: string,
    open: (signal: AbortSignal) => AsyncIterable<T>,
    map: ItemMapFunction<T, Reads>,
  ): ControllerBuilder<Primary, Reads, Writes>;
  /**
   * What follows a reconcile that has failed with an error of this class, or one for which the function is true. The
   * first call that matches an error decides; errors that none matches are tried again with the default backoff.
   */
  onError<E>(which: ErrorMatcher<E>, policy: ErrorPolicy<E>): ControllerBuilder<Primary, Reads, Writes>;
}

/** The type of `ctx` in the functions of a controller, for helpers: `type FooContext = ContextOf<typeof foos>`. */
export type ContextOf<C extends { readonly '~context'?: unknown }> = NonNullable<C['~context']>;

/** Starts the definition of a controller for objects of `resource`. */
export function controller<R extends AnyResource>(
  resource: R,
  options: ControllerOptions<R> = {},
): ControllerBuilder<R, KindName<R>, never> {
  const name = options.name ?? resource.kind.toLowerCase();
  return builder<R, KindName<R>, never>({ name, resource, options: options as ErasedControllerOptions, sources: [] });
}

function builder<Primary extends AnyResource, Reads extends string, Writes extends string>(
  definition: ControllerDefinition,
): ControllerBuilder<Primary, Reads, Writes> {
  const withSource = <NewReads extends string, NewWrites extends string>(source: SourceDefinition) => {
    checkSource(definition, source);
    return builder<Primary, NewReads, NewWrites>({ ...definition, sources: [...definition.sources, source] });
  };
  const withOutside = (source: OutsideSource) => {
    const outside = definition.outside ?? [];
    if (outside.some(({ name }) => name === source.name)) {
      throw new Error(`controller "${definition.name}": two sources are named "${source.name}"`);
    }
    return builder<Primary, Reads, Writes>({ ...definition, outside: [...outside, source] });
  };
  return Object.freeze({
    definition: Object.freeze(definition),
    watches: <R extends AnyResource, C extends string = never>(
      resource: R,
      map: MapFunction<R, Reads | ViewIn<R, C>>,
      options: WatchOptions<R> & InCluster<C> = {},
    ) => withSource<Reads | ViewIn<R, C>, Writes>(watchSource(resource, map, options)),
    reads: <R extends AnyResource, C extends string = never>(
      resource: R,
      options: ReadOptions<R> & InCluster<C> = {},
    ) => withSource<Reads | ViewIn<R, C>, Writes>({ resource, role: 'reads', options: options as ErasedWatchOptions }),
    owns: <R extends AnyResource>(resource: R, options: OwnOptions<R> = {}) =>
      withSource<Reads | ViewName<R>, Writes | KindName<R>>({
        resource,
        role: 'owns',
        options: options as ErasedWatchOptions,
      }),
    writes: <R extends AnyResource, C extends string = never>(resource: R, options: InCluster<C> = {}) =>
      withSource<Reads, Writes | KindIn<R, C>>({ resource, role: 'writes', options }),
    reconcile: (reconcile: Reconcile<Primary, Reads, Writes>) =>
      builder<Primary, Reads, Writes>({ ...definition, reconcile: erased(reconcile) }),
    finalize(finalize: Reconcile<Primary, Reads, Writes>, options: FinalizeOptions = {}) {
      const { name, finalizers = [] } = definition;
      if (finalizers.some(({ finalizer }) => finalizer === options.finalizer)) {
        throw new Error(
          `controller "${name}" has a finalizer ${options.finalizer ?? 'with the default name'} already: ` +
            "give each its own, .finalize(…, { finalizer: 'domain/name' })",
        );
      }
      const added = [...finalizers, { ...options, finalize: erased(finalize) }];
      return builder<Primary, Reads, Writes>({ ...definition, finalizers: added });
    },
    polls: <T>(name: string, poll: Poll<T>, map: ItemMapFunction<T, Reads>) => withOutside(pollSource(name, poll, map)),
    receives: <T>(name: string, open: (signal: AbortSignal) => AsyncIterable<T>, map: ItemMapFunction<T, Reads>) =>
      withOutside(pushSource(name, open, map)),
    every(interval: Duration) {
      const everyMs = durationMs(interval);
      if (everyMs === 0) throw new RangeError('every(0) would never end: give a duration above 0');
      return builder<Primary, Reads, Writes>({ ...definition, everyMs });
    },
    onError: <E>(which: ErrorMatcher<E>, policy: ErrorPolicy<E>) =>
      builder<Primary, Reads, Writes>({
        ...definition,
        errorRules: [...(definition.errorRules ?? []), errorRule(which, policy)],
      }),
  });
}

/** A watch as the runtime sees it. */
export function watchSource<R extends AnyResource, Reads extends string>(
  resource: R,
  map: MapFunction<R, Reads>,
  options: WatchOptions<R>,
): SourceDefinition {
  return {
    resource,
    role: 'watches',
    options: options as ErasedWatchOptions,
    map: map as unknown as ErasedMapFunction,
  };
}

/** The compiler cannot know that the runtime only ever passes objects of the declared kinds. */
function erased(reconcile: unknown): ErasedReconcile {
  return reconcile as ErasedReconcile;
}

function checkSource({ name, resource, options, sources }: ControllerDefinition, added: SourceDefinition): void {
  if (added.role === 'writes') return;
  const declared = [
    { resource, options: { ...options, cluster: undefined } },
    ...sources.filter(({ role }) => role !== 'writes'),
  ];
  const same = declared.find(
    (source) =>
      viewKey(source.resource) === viewKey(added.resource) && source.options.cluster === added.options.cluster,
  );
  for (const selector of ['labelSelector', 'fieldSelector'] as const) {
    if (same && (same.options[selector] ?? '') !== (added.options[selector] ?? '')) {
      throw new Error(
        `controller "${name}": ${added.resource.kind} is declared twice with different ` +
          `${selector === 'labelSelector' ? 'label' : 'field'} selectors; give both declarations the same one`,
      );
    }
  }
}
