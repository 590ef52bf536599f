import { formatTime } from '@opwright/machinery';
import type { ApiServer } from './api/context.ts';
import { putBootstrap } from './bootstrap.ts';
import { AUTOMANAGED, localApiService } from './kinds/bootstrap/api-services.ts';

const STORAGE = 'apiservices.apiregistration.k8s.io';

/**
 * Registers the versions of groups that the server serves itself, those of custom resources while they are defined, as
 * `kubectl get apiservices` shows them.
 *
 * @returns the function that ends it
 */
export function registerApiServices(server: ApiServer): () => void {
  const { registry, store, clock } = server;
  const sync = () => {
    const nowMs = clock.now();
    const wanted = new Map<string, boolean>();
    for (const { group, version, custom } of registry.kinds()) {
      // The registration of registrations is not registered.
      if (group !== 'apiregistration.k8s.io') wanted.set(`${version}.${group}`, custom);
    }
    for (const [name, custom] of wanted) {
      if (store.get(STORAGE, name) !== undefined) continue;
      const [version = ''] = name.split('.', 1);
      putBootstrap(server, localApiService(name.slice(version.length + 1), version, custom, nowMs), formatTime(nowMs));
    }
    for (const service of store.list(STORAGE).items) {
      const { name, labels } = service.metadata;
      if (!wanted.has(name) && labels?.[AUTOMANAGED] === 'true') store.delete(STORAGE, name, service);
    }
  };
  sync();
  return registry.onChange(sync);
}
