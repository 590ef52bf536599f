import type { AnyResource, KubeObject, ObjectKey } from '@opwright/machinery';

/** `namespace/name`, or `name` for cluster-scoped objects: the keys of stores and queues. */
export function keyText(key: ObjectKey): string {
  return key.namespace ? `${key.namespace}/${key.name}` : key.name;
}

/** The inverse of {@link keyText}. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf('/');
  return slash < 0 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

export function keyOfObject(object: KubeObject): string {
  return keyText(object.metadata);
}

/** Names a kind across all resource values that mean it: `apps/v1/Deployment`. */
export function kindKey(resource: AnyResource): string {
  return `${resource.apiVersion}/${resource.kind}`;
}
