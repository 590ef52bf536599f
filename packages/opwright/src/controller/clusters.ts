import type { AnyResource, Infer, InferInput, KubeObject, ObjectKey } from '@opwright/machinery';
import type { ListFilter } from '../cache/kind-cache.ts';
import type { KindName, ViewName } from './types.ts';

/** The name of the manager's own cluster. */
export const LOCAL = 'local';

/** Which clusters' objects a controller reconciles. */
export type Clusters = 'local' | 'others' | 'all' | readonly string[];

/** Whether the objects of the cluster are among those. */
export function includesCluster(clusters: Clusters = LOCAL, name: string): boolean {
  if (typeof clusters !== 'string') return clusters.includes(name);
  return clusters === 'all' || (clusters === 'local') === (name === LOCAL);
}

/** Says that a declaration is about a kind in another cluster than that of the reconciled object. */
export interface InCluster<C extends string> {
  /** The name of a cluster of the manager; `*` = each of them. */
  readonly cluster?: C;
}

/** Names a kind of a cluster in the types; without a cluster it is that of the reconciled object. */
export type KindIn<R extends AnyResource, C extends string> = [C] extends [never] ? KindName<R> : `${C}:${KindName<R>}`;

/** The same for what is read of a kind. */
export type ViewIn<R extends AnyResource, C extends string> = [C] extends [never] ? ViewName<R> : `${C}:${ViewName<R>}`;

/** What was declared for the cluster `C`; a name that the compiler does not know has what was declared for `*`. */
export type DeclaredIn<Declared extends string, C extends string> =
  | (Declared extends `*:${infer Kind}` ? Kind : never)
  | (string extends C ? never : Declared extends `${C}:${infer Kind}` ? Kind : never);

type ReadableIn<R extends AnyResource, Declared extends string, C extends string> =
  ViewName<R> extends Declared
    ? R
    : `${R['kind']} is not declared for the cluster: call .reads(${R['kind']}, { cluster: '${C}' }) on the controller`;

type WritableIn<R extends AnyResource, Declared extends string, C extends string> =
  KindName<R> extends Declared
    ? R
    : `${R['kind']} may not be written there: call .writes(${R['kind']}, { cluster: '${C}' }) on the controller`;

/** The cached objects of another cluster. A name alone means the namespace of the reconciled object, there. */
export interface ClusterReadContext<Reads extends string, C extends string> {
  /** The cached object. @throws Error while the cluster's objects are not known yet */
  get<R extends AnyResource>(resource: ReadableIn<R, Reads, C>, key: ObjectKey | string): Infer<R> | undefined;
  /** The cached objects. @throws Error while the cluster's objects are not known yet */
  list<R extends AnyResource>(resource: ReadableIn<R, Reads, C>, filter?: ListFilter): readonly Infer<R>[];
}

/** Another cluster in a reconcile: as `ctx` itself, but nothing is owned across clusters. */
export interface ClusterContext<Reads extends string, Writes extends string, C extends string>
  extends ClusterReadContext<Reads, C> {
  apply<R extends AnyResource>(resource: WritableIn<R, Writes, C>, object: InferInput<R>): Promise<Infer<R>>;
  create<R extends AnyResource>(resource: WritableIn<R, Writes, C>, object: InferInput<R>): Promise<Infer<R>>;
  delete<R extends AnyResource>(
    resource: WritableIn<R, Writes, C>,
    object: KubeObject | ObjectKey | string,
  ): Promise<void>;
}
