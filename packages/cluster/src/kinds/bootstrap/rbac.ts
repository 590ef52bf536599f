import type { JsonObject } from '@opwright/machinery';

/*
 * The notation of the default RBAC objects. A role is a line with its name (`namespace/name` for roles), perhaps followed
 * by `to=x` (it is aggregated to x) and `from=x` (it is what was aggregated to x), and an indented line per rule: verbs,
 * groups, resources and perhaps names, or verbs, `url` and paths; lists have commas, `core` is the core group. A binding
 * is a line of its name, the role, and the subjects.
 */

const group = 'rbac.authorization.k8s.io';
const aggregation = (to: string) => `${group}/aggregate-to-${to}`;

export interface RoleEntry {
  readonly name: string;
  readonly namespace?: string;
  readonly to?: string;
  readonly from?: string;
  readonly rules: readonly JsonObject[];
}

export function parseRoles(notation: string): readonly RoleEntry[] {
  const entries: (RoleEntry & { rules: JsonObject[] })[] = [];
  for (const line of lines(notation)) {
    if (line.startsWith(' ')) {
      entries.at(-1)?.rules.push(parseRule(line.trim()));
      continue;
    }
    const [path = '', ...flags] = line.split(' ');
    const flag = (name: string) => flags.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
    const [to, from] = [flag('to'), flag('from')];
    entries.push({ ...parsePath(path), ...(to && { to }), ...(from && { from }), rules: [] });
  }
  return entries;
}

function parseRule(text: string): JsonObject {
  const [verbs = [], groups = [], resources = [], names] = text.split(' ').map((part) => part.split(','));
  if (groups[0] === 'url') return { verbs, nonResourceURLs: resources };
  const apiGroups = groups.map((name) => (name === 'core' ? '' : name));
  return { verbs, apiGroups, resources, ...(names && { resourceNames: names }) };
}

/** `rules` of an aggregated role are null until its parts are put together. */
export function roleObject(
  kind: 'Role' | 'ClusterRole',
  entry: RoleEntry,
  rules: readonly JsonObject[] | null,
): JsonObject {
  const { name, namespace, to, from } = entry;
  const clusterRoleSelectors = from === undefined ? [] : [{ matchLabels: { [aggregation(from)]: 'true' } }];
  return {
    apiVersion: `${group}/v1`,
    kind,
    metadata: metadata(name, namespace, to === undefined ? {} : { [aggregation(to)]: 'true' }),
    ...(from !== undefined && { aggregationRule: { clusterRoleSelectors } }),
    rules,
  };
}

/** The rules of all roles that are aggregated to `target`, by name, each once. */
export function aggregatedRules(entries: readonly RoleEntry[], target: string): readonly JsonObject[] {
  const found = new Map<string, JsonObject>();
  const parts = entries.filter(({ to }) => to === target).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const part of parts) {
    const rules = part.from === undefined ? part.rules : aggregatedRules(entries, part.from);
    for (const rule of rules) {
      const key = JSON.stringify(rule);
      if (!found.has(key)) found.set(key, rule);
    }
  }
  return [...found.values()];
}

export function parseBindings(kind: 'RoleBinding' | 'ClusterRoleBinding', notation: string): readonly JsonObject[] {
  return lines(notation).map((line) => {
    const [path = '', role = '', ...subjects] = line.split(' ');
    const { name, namespace } = parsePath(path);
    const [roleKind = '', ...roleName] = role.split('/');
    return {
      apiVersion: `${group}/v1`,
      kind,
      metadata: metadata(name, namespace),
      ...(subjects.length > 0 && { subjects: subjects.map(parseSubject) }),
      roleRef: { apiGroup: group, kind: roleKind, name: roleName.join('/') },
    };
  });
}

function parseSubject(text: string): JsonObject {
  const [kind = '', first = '', second] = text.split('/');
  return second === undefined ? { kind, apiGroup: group, name: first } : { kind, name: second, namespace: first };
}

function parsePath(path: string): { readonly name: string; readonly namespace?: string } {
  const slash = path.indexOf('/');
  return slash < 0 ? { name: path } : { namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}

function metadata(name: string, namespace: string | undefined, labels: JsonObject = {}): JsonObject {
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  };
}

function lines(notation: string): readonly string[] {
  return notation.split('\n').filter((line) => line !== '');
}
