import type { AnyResource, Infer, InferInput, ListMeta, ObjectKey, ObjectList, Status } from '@opwright/machinery';
import type { Transport } from './transport.ts';

/** Typed access to an API server. Every object handed out is readonly. Errors are `StatusError` or `TransportError`. */
export interface Client {
  readonly transport: Transport;
  get<R extends AnyResource>(resource: R, key: ObjectKey, options?: GetOptions): Promise<Infer<R>>;
  /** All objects in one list; follows `continue` in pages of `options.limit` (default 500). */
  list<R extends AnyResource>(resource: R, options?: ListOptions): Promise<ObjectList<Infer<R>>>;
  /** The list page by page. */
  pages<R extends AnyResource>(resource: R, options?: ListOptions): AsyncIterable<ObjectList<Infer<R>>>;
  /** One raw watch request: it ends when the server ends it; it does not reconnect (the runtime's reflector does). */
  watch<R extends AnyResource>(resource: R, options?: WatchOptions): AsyncIterable<WatchEvent<Infer<R>>>;
  create<R extends AnyResource>(resource: R, object: InferInput<R>, options?: WriteOptions): Promise<Infer<R>>;
  /** Replaces the object; `metadata.resourceVersion` makes it conditional. */
  update<R extends AnyResource>(resource: R, object: InferInput<R>, options?: WriteOptions): Promise<Infer<R>>;
  patch<R extends AnyResource>(resource: R, key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<Infer<R>>;
  /** Server-side apply. */
  apply<R extends AnyResource>(resource: R, object: InferInput<R>, options: ApplyOptions): Promise<Infer<R>>;
  /** The deleted object where the server returns it (graceful or blocked by finalizers), else a Status. */
  delete<R extends AnyResource>(resource: R, key: ObjectKey, options?: DeleteOptions): Promise<Infer<R> | Status>;
  deleteCollection<R extends AnyResource>(resource: R, options?: ListOptions & DeleteOptions): Promise<void>;
  /** The `status` subresource. */
  status<R extends AnyResource>(resource: R): SubresourceClient<Infer<R>, InferInput<R>>;
  /** The `scale` subresource. */
  scale<R extends AnyResource>(resource: R): SubresourceClient<Scale, ScaleInput>;
  /** Creates a subresource object: `binding`, `eviction`, `token`. */
  createSubresource(
    resource: AnyResource,
    key: ObjectKey,
    name: string,
    body: unknown,
    options?: WriteOptions,
  ): Promise<unknown>;
  /** Any path, as JSON: discovery, `/version`, or what this interface lacks. */
  raw(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options?: RawOptions): Promise<unknown>;
}

export interface SubresourceClient<Stored, Input> {
  get(key: ObjectKey, options?: GetOptions): Promise<Stored>;
  update(key: ObjectKey, object: Input, options?: WriteOptions): Promise<Stored>;
  patch(key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<Stored>;
  apply(key: ObjectKey, object: Input, options: ApplyOptions): Promise<Stored>;
}

/** autoscaling/v1 Scale. */
export interface Scale {
  readonly apiVersion: 'autoscaling/v1';
  readonly kind: 'Scale';
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly replicas: number; readonly selector?: string };
}

export interface ScaleInput {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly spec: { readonly replicas?: number };
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

export interface GetOptions extends RequestOptions {
  /** '' = most recent (default), '0' = any, otherwise at least this version. */
  readonly resourceVersion?: string;
}

export interface Selection {
  /** Absent = all namespaces. */
  readonly namespace?: string;
  /** `app=web,tier in (a,b)`. */
  readonly labelSelector?: string;
  /** `metadata.name=x`. */
  readonly fieldSelector?: string;
}

/** Which part of the objects is read. */
export interface View {
  /** Only `apiVersion`, `kind` and `metadata` of each object are sent. Default false. */
  readonly metadataOnly?: boolean;
  /**
   * Of the managed fields, only those of objects that one of these managers has applied are needed: others may be missing,
   * which makes reading several times as fast. Default: all are there.
   */
  readonly managedFieldsOf?: ReadonlySet<string>;
}

export interface ListOptions extends RequestOptions, Selection, View {
  /** Objects per page. */
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

export interface WatchOptions extends RequestOptions, Selection, View {
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'NotOlderThan';
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | {
      readonly type: 'BOOKMARK';
      readonly object: { readonly metadata: ListMeta & { readonly annotations?: Readonly<Record<string, string>> } };
    }
  | { readonly type: 'ERROR'; readonly object: Status };

export interface WriteOptions extends RequestOptions, Pick<View, 'managedFieldsOf'> {
  readonly dryRun?: boolean;
  /** Who changes the fields; default: the client's field manager. */
  readonly fieldManager?: string;
  /** Unknown and duplicate fields; default: the server's, Warn. */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take fields that another manager owns; default false: 409 Conflict. */
  readonly force?: boolean;
}

export interface DeleteOptions extends RequestOptions {
  readonly dryRun?: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export type Patch =
  | { readonly type: 'merge'; readonly patch: object }
  | { readonly type: 'strategic'; readonly patch: object }
  | { readonly type: 'json'; readonly patch: readonly JsonPatchOperation[] };

export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

export interface RawOptions extends RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
