import { type StoredObject, storeKey } from '../../store/object.ts';
import type { Call, Result } from '../context.ts';
import { reading } from '../conversion.ts';
import { notFound, tooLargeResourceVersion } from '../errors.ts';
import { parseResourceVersion } from '../options.ts';
import { present } from '../present.ts';

/** GET of one object. A resourceVersion asks for a state that is at least as new, which the current one always is. */
export async function get(call: Call): Promise<Result> {
  const { info, kind, server } = call;
  const wanted = parseResourceVersion(info.query.get('resourceVersion') ?? '') ?? 0;
  if (wanted > server.store.revision) throw tooLargeResourceVersion(wanted, server.store.revision);
  return reading(kind, () => ({ code: 200, kind, object: present(kind, stored(call)) }));
}

/** The stored object that the request names. @throws StatusError 404 */
export function stored({ server, kind, info }: Call): StoredObject {
  const object = server.store.get(kind.storage, storeKey(keyNamespace(kind.scope, info.namespace), info.name));
  if (object === undefined) throw notFound(kind, info.name);
  return object;
}

/** The namespace that is part of an object's key: cluster-scoped objects have none, also below a namespace's path. */
export function keyNamespace(scope: 'Namespaced' | 'Cluster', namespace: string): string {
  return scope === 'Namespaced' ? namespace : '';
}
