import type { AnyResource, ObjectKey } from '@opwright/machinery';
import type { KindCache } from '../cache/kind-cache.ts';
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

/** The key that a name, or a key, means for objects in `namespace`. */
export function fullKey(resource: AnyResource, key: ObjectKey | string, namespace: string | undefined): ObjectKey {
  const { name, namespace: given } = typeof key === 'string' ? { name: key, namespace } : key;
  const inNamespace = resource.scope === 'Namespaced' ? given : undefined;
  return { name, ...(inNamespace && { namespace: inNamespace }) };
}

/** Caches are shared between controllers, the names of indexes are not. */
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
