import type { AnyResource } from '@opwright/machinery';
import { isMetadataOnly } from './metadata-only.ts';

/** Names a kind across all resource values that mean it: `apps/v1/Deployment`. */
export function kindKey(resource: AnyResource): string {
  return `${resource.apiVersion}/${resource.kind}`;
}

/** Names what is read of a kind: the kind, or its metadata only. */
export function viewKey(resource: AnyResource): string {
  return isMetadataOnly(resource) ? `metadata of ${kindKey(resource)}` : kindKey(resource);
}
