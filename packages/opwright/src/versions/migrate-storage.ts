import type { Client } from '@opwright/client';
import { CustomResourceDefinition } from '@opwright/kubernetes/apiextensions';
import { type AnyResource, isConflict, isNotFound, type KubeObject, type ObjectList } from '@opwright/machinery';

/**
 * Has the API server store all objects of a custom resource in its storage version: each is written without a change. Then
 * `status.storedVersions` of the CRD says so, after which former versions may be taken out of the definition. Safe to be
 * called again, and while others write.
 *
 * @returns how many objects were written
 * @throws StatusError
 */
export async function migrateStorage(
  client: Client,
  resource: AnyResource,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<number> {
  const request = signal === undefined ? {} : { signal };
  const name = `${resource.plural}.${resource.group}`;
  const before = await client.get(CustomResourceDefinition, { name }, request);
  const stored = before.spec.versions.find(({ storage }) => storage)?.name;
  if (stored === undefined) throw new Error(`the CRD ${name} has no storage version`);
  let written = 0;
  const { items }: ObjectList<KubeObject> = await client.list(resource, request);
  for (const { metadata } of items) {
    try {
      await client.patch(resource, metadata, { type: 'merge', patch: {} }, request);
      written += 1;
    } catch (error) {
      // Somebody else wrote it, or it is gone: either way no former version is left of it.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }
  // With the version that was read before: a storage version that changed meanwhile fails this.
  const { resourceVersion } = before.metadata;
  const patch = { metadata: { resourceVersion }, status: { storedVersions: [stored] } };
  await client.status(CustomResourceDefinition).patch({ name }, { type: 'merge', patch }, request);
  return written;
}
