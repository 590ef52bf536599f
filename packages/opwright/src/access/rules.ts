import type { AnyResource } from '@opwright/machinery';
import type { Operator } from '../operator.ts';

/** One rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Only objects of these names; absent = all. */
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * What the controllers of an operator need to be allowed, from what they declare, and nothing else: verbs of the same
 * resource are merged, resources of a group with the same verbs share a rule, all is sorted.
 */
export function accessRules(operator: Operator): readonly PolicyRule[] {
  const verbs = new Map<string, Set<string>>();
  const allow = (group: string, resource: string, ...added: readonly string[]) => {
    const key = `${group}/${resource}`;
    const known = verbs.get(key) ?? new Set();
    for (const verb of added) known.add(verb);
    verbs.set(key, known);
  };
  const read = ({ group, plural }: AnyResource) => allow(group, plural, 'get', 'list', 'watch');
  const write = ({ group, plural }: AnyResource) => allow(group, plural, 'create', 'patch', 'delete');

  for (const { resource, sources, finalizers } of operator.controllers) {
    const { group, plural, subresources } = resource;
    read(resource);
    if (subresources.includes('status')) allow(group, `${plural}/status`, 'get', 'patch', 'update');
    else allow(group, plural, 'patch');
    if (finalizers) allow(group, plural, 'patch');
    // The admission plugin OwnerReferencesPermissionEnforcement asks for it: an owner reference blocks the owner's deletion.
    if (sources.some(({ role }) => role === 'owns')) allow(group, `${plural}/finalizers`, 'update');
    for (const source of sources) {
      if (source.role !== 'writes') read(source.resource);
      if (source.role === 'owns' || source.role === 'writes') write(source.resource);
    }
  }
  allow('events.k8s.io', 'events', 'create', 'patch');

  const rules = new Map<string, { group: string; resources: string[]; verbs: string[] }>();
  for (const [key, set] of verbs) {
    const slash = key.indexOf('/');
    const group = key.slice(0, slash);
    const sorted = [...set].sort();
    const id = `${group} ${sorted.join()}`;
    const rule = rules.get(id) ?? { group, resources: [], verbs: sorted };
    rule.resources.push(key.slice(slash + 1));
    rules.set(id, rule);
  }
  return [...rules.values()]
    .map(({ group, resources, verbs: allowed }) => ({
      apiGroups: [group],
      resources: resources.sort(),
      verbs: allowed,
    }))
    .sort((a, b) => compare(a.apiGroups[0]!, b.apiGroups[0]!) || compare(a.resources[0]!, b.resources[0]!));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
