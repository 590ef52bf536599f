import type { AnyResource } from '@opwright/machinery';

/** Names a kind across all resource values that mean it: `apps/v1/Deployment`. */
export function kindKey(resource: AnyResource): string {
  return `${resource.apiVersion}/${resource.kind}`;
}
