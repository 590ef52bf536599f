import type { JsonObject } from '../json.ts';
import type { TypeNode } from '../typed/type-node.ts';
import { checkShape } from './check-shape.ts';
import { mergeMaps } from './merge-maps.ts';

/**
 * Applies a strategic merge patch as Kubernetes' API server does, with the directives `$patch`, `$retainKeys`,
 * `$setElementOrder/<list>` and `$deleteFromPrimitiveList/<list>`. Maps merge and null removes a field; a list with the
 * strategy `merge` merges by its merge key (new items come first) or, of scalars, as a set; any other list is replaced.
 *
 * The result shares unchanged subtrees with `original`; neither argument is changed. It still has to be decoded: where
 * the patch replaces as a whole it may hold nulls and unknown fields.
 * @throws StrategicMergeError
 * @see https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
 */
export function strategicMergePatch(type: TypeNode, original: JsonObject, patch: JsonObject): JsonObject {
  const merged = mergeMaps(type, original, patch);
  checkShape(type, merged, original);
  return merged;
}
