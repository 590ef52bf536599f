import { type StoredObject, storeKey } from '../../store/object.ts';
import type { Call, Result } from '../context.ts';
import { reading } from '../conversion.ts';
import { badRequest, goQuote, notFound, tooLargeResourceVersion } from '../errors.ts';
import { parseResourceVersion, versionInEtcd } from '../options.ts';
import { present } from '../present.ts';

/** GET of one object. A resourceVersion asks for a state that is at least as new, which the current one always is. */
export function get(call: Call): Result | Promise<Result> {
  const { kind } = call;
  return reading(kind, () => ({ code: 200, kind, object: present(kind, read(call)) }));
}

/** @throws StatusError 400, 500, 504 for a resourceVersion that is none, or is yet to come */
function checkVersion({ info, server, readAt, kind: { isCached } }: Call): void {
  const parse = () => parseResourceVersion(info.query.get('resourceVersion') ?? '');
  const wanted = (isCached ? parse() : versionInEtcd(parse)) ?? 0;
  const current = readAt ?? server.store.revision;
  if (wanted > current) throw tooLargeResourceVersion(wanted, current, isCached ? 1 : 0);
}

/** {@link stored}, at the version that the request wants to have seen. @throws StatusError 400, 404, 500, 504 */
export function read(call: Call): StoredObject {
  objectKey(call, call.info.name);
  checkVersion(call);
  return stored(call);
}

/** The stored object that the request names. @throws StatusError 400, 404 */
export function stored(call: Call): StoredObject {
  const { server, kind, info, readAt } = call;
  const object = server.store.get(kind.storage, objectKey(call, info.name), readAt);
  if (object === undefined) throw notFound(kind, info.name);
  return object;
}

/** The key of an object that the request names. @throws StatusError 400 for a name that could not be part of a path */
export function objectKey({ kind, info }: Call, name: string): string {
  const wrong =
    name === '.' || name === '..'
      ? [`may not be '${name}'`]
      : ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`);
  if (wrong.length > 0) throw badRequest(`Name parameter invalid: ${goQuote(name)}: ${wrong.join(';')}`);
  return storeKey(keyNamespace(kind.scope, info.namespace), name);
}

/** The namespace that is part of an object's key: cluster-scoped objects have none, also below a namespace's path. */
export function keyNamespace(scope: 'Namespaced' | 'Cluster', namespace: string): string {
  return scope === 'Namespaced' ? namespace : '';
}
