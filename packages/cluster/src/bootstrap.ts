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
import { type StoredObject, storeKey } from './store/object.ts';

/**
 * Puts into the store what every API server holds from its start, as that start does: past admission and tracking. What
 * is there already stays as it is, except what says where this server is and whom it trusts, and default roles that lack
 * something.
 */
export function bootstrap(server: ApiServer, profile: Profile, options: Omit<BootstrapOptions, 'nowMs'>): void {
  const nowMs = server.clock.now();
  for (const object of bootstrapObjects(profile, { ...options, nowMs })) {
    put(server, mutableCopy(object) as MutableObject, formatTime(nowMs));
  }
}

function put(server: ApiServer, object: MutableObject, now: string): void {
  const [group, version] = splitApiVersion(String(object.apiVersion));
  const kind = server.registry.findKind(group, version, String(object.kind));
  if (kind === undefined) throw new Error(`${object.apiVersion} ${object.kind} is not served`);
  const { name, namespace } = object.metadata as { name: string; namespace?: string };
  const key = storeKey(namespace, name);
  const existing = server.store.get(kind.storage, key);
  if (existing !== undefined && kind.group === RBAC_GROUP) {
    const complete = reconciledRole(existing, object as JsonObject);
    if (complete !== undefined) server.store.update(kind.storage, key, existing, storedForm(kind, complete));
    return;
  }
  if (existing !== undefined && !ABOUT_THE_SERVER.has(key)) return;
  object.metadata = {
    ...(object.metadata as MutableObject),
    uid: server.random.uuid(),
    creationTimestamp: now,
    ...(kind.hasGeneration ? { generation: 1 } : {}),
  };
  kind.setDefaults(object);
  track(kind, object, now);
  const form = storedForm(kind, object);
  if (existing === undefined) server.store.create(kind.storage, key, form);
  else if (!deepEqual(withoutMetadata(existing), withoutMetadata(form))) {
    server.store.update(kind.storage, key, existing, storedForm(kind, { ...form, metadata: { ...existing.metadata } }));
  }
}

/** Records the part of the API server that made the object, and what of it the object had from there. */
function track(kind: ServedKind, object: MutableObject, now: string): void {
  const author = bootstrapAuthor(object as JsonObject);
  if (author === undefined) return;
  const { manager, resetFields, further } = author;
  const request = { type: kind.type, manager, apiVersion: kind.apiVersion, now, resetFields };
  const { metadata } = updateWithManager({ ...request, live: undefined, next: object as JsonObject });
  const { managedFields, ...rest } = metadata as MutableObject;
  const others = further.map((entry) => ({ ...entry, apiVersion: kind.apiVersion, time: now }));
  object.metadata = { ...rest, managedFields: [...others, ...(managedFields as MutableObject[])] };
}

/** Its service with its endpoints, and the authority of its clients. */
const ABOUT_THE_SERVER: ReadonlySet<string> = new Set([
  'default/kubernetes',
  'kube-system/extension-apiserver-authentication',
]);

function withoutMetadata({ metadata: _metadata, ...rest }: StoredObject | MutableObject): JsonObject {
  return rest as JsonObject;
}
