import { formatTime, mutableCopy, splitApiVersion } from '@opwright/machinery';
import type { ApiServer } from './api/context.ts';
import { storedForm } from './api/write.ts';
import { type BootstrapOptions, bootstrapObjects, type Profile } from './kinds/bootstrap/index.ts';
import type { MutableObject } from './kinds/kind.ts';
import { storeKey } from './store/object.ts';

/** Puts into the store what every API server holds from its start, as that start does: past admission and tracking. */
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
  object.metadata = {
    ...(object.metadata as MutableObject),
    uid: server.random.uuid(),
    creationTimestamp: now,
    ...(kind.hasGeneration ? { generation: 1 } : {}),
  };
  kind.setDefaults(object);
  server.store.create(kind.storage, storeKey(namespace, name), storedForm(kind, object));
}
