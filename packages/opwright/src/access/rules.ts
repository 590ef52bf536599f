import type { AnyResource, Scope } from '@opwright/machinery';
import { includesCluster, LOCAL } from '../controller/clusters.ts';
import type { Operator } from '../operator.ts';

/** One rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Only objects of these names; absent = all. */
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** The rules of an operator by where they have to hold. */
export interface ScopedRules {
  /** About cluster-scoped objects: only a ClusterRole can grant them. */
  readonly cluster: readonly PolicyRule[];
  /** About objects in the namespaces that the operator follows: a Role in each of them is enough. */
  readonly namespaced: readonly PolicyRule[];
}

/**
 * What the controllers of an operator need to be allowed, from what they declare, and nothing else: verbs of the same
 * resource are merged, resources of a group with the same verbs share a rule, all is sorted.
 *
 * @param cluster where: the manager's own cluster, or one that is added under this name
 */
export function accessRules(operator: Operator, cluster: string = LOCAL): readonly PolicyRule[] {
  return rulesOf(grantsOf(operator, cluster));
}

/** The same as {@link accessRules}, for an operator that follows certain namespaces. */
export function scopedAccessRules(operator: Operator, cluster: string = LOCAL): ScopedRules {
  const grants = grantsOf(operator, cluster);
  return {
    cluster: rulesOf(grants.filter(({ scope }) => scope === 'Cluster')),
    namespaced: rulesOf(grants.filter(({ scope }) => scope === 'Namespaced')),
  };
}

/** Verbs on one resource or subresource. */
interface Grant {
  readonly group: string;
  readonly resource: string;
  readonly scope: Scope;
  readonly verbs: Set<string>;
}

function grantsOf(operator: Operator, cluster: string): Grant[] {
  const grants = new Map<string, Grant>();
  const allow = ({ group, scope }: Pick<AnyResource, 'group' | 'scope'>, resource: string, ...verbs: string[]) => {
    const key = `${group}/${resource} ${scope}`;
    const grant = grants.get(key) ?? { group, resource, scope, verbs: new Set() };
    for (const verb of verbs) grant.verbs.add(verb);
    grants.set(key, grant);
  };
  const read = (resource: AnyResource) => allow(resource, resource.plural, 'get', 'list', 'watch');
  const write = (resource: AnyResource) => allow(resource, resource.plural, 'create', 'patch', 'delete');

  for (const { resource, sources, finalizers, options } of operator.controllers) {
    for (const { resource, role, options } of sources) {
      if (options.cluster !== cluster && options.cluster !== '*') continue;
      if (role === 'writes') write(resource);
      else read(resource);
    }
    if (!includesCluster(options.clusters, cluster)) continue;
    const { plural, subresources } = resource;
    read(resource);
    if (subresources.includes('status')) allow(resource, `${plural}/status`, 'get', 'patch', 'update');
    else allow(resource, plural, 'patch');
    if (finalizers) allow(resource, plural, 'patch');
    // The admission plugin OwnerReferencesPermissionEnforcement asks for it: an owner reference blocks the owner's deletion.
    if (sources.some(({ role }) => role === 'owns')) allow(resource, `${plural}/finalizers`, 'update');
    for (const source of sources) {
      if (source.options.cluster !== undefined) continue;
      if (source.role !== 'writes') read(source.resource);
      if (source.role === 'owns' || source.role === 'writes') write(source.resource);
    }
    // Events about a cluster-scoped object are in the namespace default, whatever is followed.
    allow({ ...EVENTS, scope: resource.scope }, 'events', 'create', 'patch');
  }
  // Those about Leases are where the operator runs.
  const isIdle = !operator.controllers.some(({ options }) => includesCluster(options.clusters, cluster));
  if (cluster === LOCAL && isIdle) allow(EVENTS, 'events', 'create', 'patch');
  return [...grants.values()];
}

const EVENTS = { group: 'events.k8s.io', scope: 'Namespaced' } as const;

function rulesOf(grants: readonly Grant[]): readonly PolicyRule[] {
  const rules = new Map<string, { group: string; resources: string[]; verbs: string[] }>();
  for (const { group, resource, verbs } of grants) {
    const sorted = [...verbs].sort();
    const id = `${group} ${sorted.join()}`;
    const rule = rules.get(id) ?? { group, resources: [], verbs: sorted };
    if (!rule.resources.includes(resource)) rule.resources.push(resource);
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
