import type { AnyResource, ObjectKey } from '@opwright/machinery';
import type { Cache } from '../cache/cache.ts';
import type { KindCache } from '../cache/kind-cache.ts';
import { kindKey, viewKey } from '../cache/kind-key.ts';
import type { ControllerDefinition } from './builder.ts';
import type { ErasedWatchOptions } from './erased.ts';
import type { Adopt } from './ownership.ts';

/** What a controller has declared, ready to be used. */
export interface DeclaredKinds {
  readonly primary: AnyResource;
  /** By `viewKey`. */
  readonly readable: ReadonlyMap<string, KindCache>;
  /** By `kindKey`. */
  readonly writable: ReadonlyMap<string, WritableKind>;
}

export interface WritableKind {
  /** `.owns` */
  readonly owned: boolean;
  /** `.writes`: also where it cannot own. */
  readonly writes: boolean;
  readonly adopt: Adopt;
}

/** The kinds of the cluster of the reconciled objects, with their caches. More can become readable while the controller runs. */
export function declaredKinds(
  { name: controllerName, resource, options, sources }: ControllerDefinition,
  cache: Cache,
): DeclaredKinds & { readonly readable: Map<string, KindCache> } {
  const readable = new Map([[viewKey(resource), cache.kind(resource, options)]]);
  const writable = new Map<string, WritableKind>();
  const own = sources.filter((source) => source.options.cluster === undefined);
  for (const source of own) {
    const key = kindKey(source.resource);
    if (source.role !== 'writes') readable.set(viewKey(source.resource), cache.kind(source.resource, source.options));
    if (source.role === 'owns' || source.role === 'writes') {
      const { owned = false, writes = false, adopt = false } = writable.get(key) ?? {};
      writable.set(key, {
        owned: owned || source.role === 'owns',
        writes: writes || source.role === 'writes',
        adopt: source.options.adopt ?? adopt,
      });
    }
  }
  for (const source of [{ resource, options }, ...own]) {
    addIndexes(controllerName, readable.get(viewKey(source.resource)), source.options);
  }
  return { primary: resource, readable, writable };
}

/** Caches are shared between controllers, the names of indexes are not. */
export function addIndexes(
  controllerName: string,
  kind: KindCache | undefined,
  { indexes = {} }: Pick<ErasedWatchOptions, 'indexes'>,
): void {
  for (const [name, index] of Object.entries(indexes)) kind?.addIndex(indexName(controllerName, name), index);
}

/** The key that a name, or a key, means for objects in `namespace`. */
export function fullKey(resource: AnyResource, key: ObjectKey | string, namespace: string | undefined): ObjectKey {
  const { name, namespace: given } = typeof key === 'string' ? { name: key, namespace } : key;
  const inNamespace = resource.scope === 'Namespaced' ? given : undefined;
  return { name, ...(inNamespace && { namespace: inNamespace }) };
}

/** The name under which the cache has an index of the controller. */
export function indexName(controllerName: string, index: string): string {
  return `${controllerName}/${index}`;
}

/** The call that declares a kind; `cluster` when it is in another one than the reconciled object. */
export function declaration(verb: 'reads' | 'owns' | 'writes', { kind }: AnyResource, cluster?: string): string {
  return cluster === undefined ? `.${verb}(${kind})` : `.${verb}(${kind}, { cluster: '${cluster}' })`;
}

export function notDeclared(controllerName: string, { kind }: AnyResource, remedies: readonly string[]): string {
  return `${kind} is not declared: call ${remedies.join(' or ')} on the controller "${controllerName}"`;
}

export function fieldsNotDeclared(controllerName: string, { kind }: AnyResource, fields: readonly string[]): string {
  const verb = fields.length === 1 ? 'is' : 'are';
  const them = fields.length === 1 ? 'it' : 'them';
  return `${fields.join(', ')} of ${kind} ${verb} not declared: call .reads(projectionOf(${kind}, …)) with ${them} on the controller "${controllerName}"`;
}
