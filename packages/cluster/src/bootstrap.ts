import {
  deepEqual,
  formatTime,
  type JsonObject,
  mutableCopy,
  splitApiVersion,
  updateWithManager,
} from '@opwright/machinery';
import type { ApiServer } from './api/context.ts';
import { reconciledRole } from './api/rbac/reconcile.ts';
import { RBAC_GROUP } from './api/rbac/rules.ts';
import { storedForm } from './api/write.ts';
import { bootstrapAuthor } from './kinds/bootstrap/authors.ts';
import { type BootstrapOptions, bootstrapObjects, type Profile } from './kinds/bootstrap/index.ts';
import type { MutableObject, ServedKind } from './kinds/kind.ts';
import { deepFreeze, type StoredObject, storeKey } from './store/object.ts';

/**
 * Puts into the store what every API server holds from its start, as that start does: past admission and tracking. What
 * is there already stays as it is, except what says where this server is and whom it trusts, and default roles that lack
 * something.
 */
export function bootstrap(server: ApiServer, profile: Profile, options: Omit<BootstrapOptions, 'nowMs'>): void {
  const nowMs = server.clock.now();
  for (const object of bootstrapObjects(profile, { ...options, nowMs })) {
    putBootstrap(server, object, formatTime(nowMs));
  }
}

/** Puts one such object into the store. @param now RFC 3339 */
export function putBootstrap(server: ApiServer, source: JsonObject, now: string): void {
  const [group, version] = splitApiVersion(String(source.apiVersion));
  const kind = server.registry.findKind(group, version, String(source.kind));
  if (kind === undefined) throw new Error(`${source.apiVersion} ${source.kind} is not served`);
  const { name, namespace } = source.metadata as { name: string; namespace?: string };
  const key = storeKey(namespace, name);
  const existing = server.store.get(kind.storage, key);
  if (existing !== undefined && kind.group === RBAC_GROUP) {
    const complete = reconciledRole(existing, source);
    if (complete !== undefined) server.store.update(kind.storage, key, existing, storedForm(kind, complete));
    return;
  }
  if (existing !== undefined && !ABOUT_THE_SERVER.has(key)) return;
  const { object, owners } = completed(kind, source);
  // Not a spread, which with further properties would have a hidden class of its own.
  const metadata: MutableObject = Object.assign({}, object.metadata as JsonObject, {
    uid: server.random.uuid(),
    creationTimestamp: now,
  });
  if (kind.hasGeneration) metadata.generation = 1;
  if (owners !== undefined) metadata.managedFields = owners.map((entry) => ({ ...entry, time: now }));
  const form = storedForm(kind, { ...object, metadata } as MutableObject);
  if (existing === undefined) server.store.create(kind.storage, key, form);
  else if (!deepEqual(withoutMetadata(existing), withoutMetadata(form))) {
    server.store.update(kind.storage, key, existing, storedForm(kind, { ...form, metadata: { ...existing.metadata } }));
  }
}

/** What every cluster stores of an object. */
interface Completed {
  /** With its defaults. */
  readonly object: JsonObject;
  /** The part of the API server that made it, and what of it the object had from there; the time is to be filled in. */
  readonly owners: readonly JsonObject[] | undefined;
}

/** Most objects are constants, and what becomes of them is found again by every further cluster of the process. */
const known = new WeakMap<JsonObject, Completed>();

function completed(kind: ServedKind, source: JsonObject): Completed {
  let found = known.get(source);
  if (found === undefined) {
    const object = mutableCopy(source) as MutableObject;
    kind.setDefaults(object);
    found = deepFreeze({ object: object as JsonObject, owners: ownersOf(kind, object as JsonObject) });
    known.set(source, found);
  }
  return found;
}

function ownersOf(kind: ServedKind, object: JsonObject): readonly JsonObject[] | undefined {
  const author = bootstrapAuthor(object);
  if (author === undefined) return undefined;
  const { manager, resetFields, further } = author;
  const request = { type: kind.type, manager, apiVersion: kind.apiVersion, now: '', resetFields };
  const { metadata } = updateWithManager({ ...request, live: undefined, next: object });
  const others = further.map((entry) => ({ ...entry, apiVersion: kind.apiVersion }));
  return [...others, ...((metadata as JsonObject).managedFields as readonly JsonObject[])];
}

/** Its service with its endpoints, and the authority of its clients. */
const ABOUT_THE_SERVER: ReadonlySet<string> = new Set([
  'default/kubernetes',
  'kube-system/extension-apiserver-authentication',
]);

function withoutMetadata({ metadata: _metadata, ...rest }: StoredObject | MutableObject): JsonObject {
  return rest as JsonObject;
}
