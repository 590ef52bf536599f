import { deepEqual, type JsonObject, mutableCopy } from '@opwright/machinery';
import type { MutableObject } from '../../kinds/kind.ts';
import { at, field, items, text } from '../../kinds/tree.ts';
import { rulesToAdd } from './covers.ts';

const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

/**
 * A default role or binding that is there already, with what it lacks of what it should be; undefined when it lacks
 * nothing, or its annotation says that it is to be left alone. What somebody has added stays.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#auto-reconciliation
 */
export function reconciledRole(existing: JsonObject, wanted: JsonObject): MutableObject | undefined {
  if (text(at(existing, 'metadata', 'annotations'), AUTO_UPDATE) === 'false') return undefined;
  const complete = mutableCopy(existing) as MutableObject;
  const metadata = complete.metadata as MutableObject;
  for (const map of ['labels', 'annotations']) {
    const merged = { ...at(wanted, 'metadata', map), ...at(existing, 'metadata', map) };
    if (Object.keys(merged).length > 0) metadata[map] = merged;
  }
  if (field(wanted, 'roleRef') === undefined) completeRole(complete, existing, wanted);
  else completeBinding(complete, existing, wanted);
  return deepEqual(complete, existing) ? undefined : complete;
}

function completeRole(complete: MutableObject, existing: JsonObject, wanted: JsonObject): void {
  const selectors = items(at(wanted, 'aggregationRule'), 'clusterRoleSelectors');
  if (selectors.length > 0) {
    // The rules of an aggregated role are those of others.
    complete.aggregationRule = {
      clusterRoleSelectors: union(items(at(existing, 'aggregationRule'), 'clusterRoleSelectors'), selectors),
    };
    return;
  }
  const missing = rulesToAdd(items(existing, 'rules'), items(wanted, 'rules'));
  if (missing.length > 0) complete.rules = [...items(existing, 'rules'), ...missing];
}

/** A binding to another role is not the default one any more: it becomes that again. */
function completeBinding(complete: MutableObject, existing: JsonObject, wanted: JsonObject): void {
  complete.roleRef = wanted.roleRef;
  const subjects = union(items(existing, 'subjects'), items(wanted, 'subjects'));
  if (subjects.length > 0) complete.subjects = subjects;
}

function union(first: readonly JsonObject[], second: readonly JsonObject[]): JsonObject[] {
  return [...first, ...second.filter((item) => !first.some((other) => deepEqual(other, item)))];
}
