import type { AnyResource } from '@opwright/machinery';
import { fieldsOf } from './views.ts';

/** Names a kind across all resource values that mean it: `apps/v1/Deployment`. */
export function kindKey(resource: AnyResource): string {
  return `${resource.apiVersion}/${resource.kind}`;
}

/** Whether both mean the same kind. */
export function isSameKind(a: AnyResource, b: AnyResource): boolean {
  return a.kind === b.kind && a.apiVersion === b.apiVersion;
}

/** Names how a kind is read: as a whole, or in part. */
export function viewKey(resource: AnyResource): string {
  return fieldsOf(resource) ? `view of ${kindKey(resource)}` : kindKey(resource);
}
