import { goQuote, type JsonObject } from '@opwright/machinery';
import { texts } from '../../kinds/tree.ts';
import { isListed, pathCovers } from './match.ts';

/** A rule about one verb on one resource, perhaps of one name, or on one path. */
type AtomicRule = Readonly<Record<(typeof RULE_FIELDS)[number], readonly string[]>>;

/** In the order in which Kubernetes prints them. */
const RULE_FIELDS = ['apiGroups', 'resources', 'nonResourceURLs', 'resourceNames', 'verbs'] as const;
const NAMES = {
  apiGroups: 'APIGroups',
  resources: 'Resources',
  nonResourceURLs: 'NonResourceURLs',
  resourceNames: 'ResourceNames',
  verbs: 'Verbs',
} as const;

/**
 * What `wanted` allows and `owned` does not, a line per rule as Kubernetes prints them:
 * `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`.
 */
export function missingRules(owned: readonly JsonObject[], wanted: readonly JsonObject[]): string[] {
  return [...new Set(compact(uncovered(owned, wanted)).map(printed))].sort();
}

/** The same as rules, each about one verb on one resource. */
export function rulesToAdd(owned: readonly JsonObject[], wanted: readonly JsonObject[]): JsonObject[] {
  return uncovered(owned, wanted).map(
    (rule) => Object.fromEntries(Object.entries(rule).filter(([, list]) => list.length > 0)) as JsonObject,
  );
}

function uncovered(owned: readonly JsonObject[], wanted: readonly JsonObject[]): AtomicRule[] {
  return wanted.flatMap(atoms).filter((rule) => !owned.some((owner) => covers(owner, rule)));
}

/** A rule taken apart, so that each part is covered by one other rule or by none. */
function atoms(rule: JsonObject): AtomicRule[] {
  const none = { apiGroups: [], resources: [], nonResourceURLs: [], resourceNames: [] };
  const names = texts(rule, 'resourceNames');
  const found: AtomicRule[] = [];
  for (const group of texts(rule, 'apiGroups')) {
    for (const resource of texts(rule, 'resources')) {
      for (const verb of texts(rule, 'verbs')) {
        const whole = { ...none, apiGroups: [group], resources: [resource], verbs: [verb] };
        if (names.length === 0) found.push(whole);
        for (const name of names) found.push({ ...whole, resourceNames: [name] });
      }
    }
  }
  for (const url of texts(rule, 'nonResourceURLs')) {
    for (const verb of texts(rule, 'verbs')) found.push({ ...none, nonResourceURLs: [url], verbs: [verb] });
  }
  return found;
}

function covers(owner: JsonObject, rule: AtomicRule): boolean {
  const names = texts(owner, 'resourceNames');
  return (
    rule.verbs.every((verb) => isListed(owner, 'verbs', verb)) &&
    rule.apiGroups.every((group) => isListed(owner, 'apiGroups', group)) &&
    rule.resources.every((resource) => coversResource(owner, resource)) &&
    (names.length === 0 ||
      (rule.resourceNames.length > 0 && rule.resourceNames.every((name) => names.includes(name)))) &&
    rule.nonResourceURLs.every((url) => texts(owner, 'nonResourceURLs').some((pattern) => pathCovers(pattern, url)))
  );
}

function coversResource(owner: JsonObject, resource: string): boolean {
  if (isListed(owner, 'resources', resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && texts(owner, 'resources').includes(`*${resource.slice(slash)}`);
}

/** Puts the verbs on the same resource together. */
function compact(rules: readonly AtomicRule[]): AtomicRule[] {
  const byResource = new Map<string, AtomicRule>();
  for (const rule of rules) {
    const { verbs, ...rest } = rule;
    // Rules for paths stay one by one.
    const key = JSON.stringify(rule.nonResourceURLs.length > 0 ? rule : rest);
    const before = byResource.get(key);
    byResource.set(key, before === undefined ? rule : { ...rest, verbs: [...before.verbs, ...verbs] });
  }
  return [...byResource.values()];
}

function printed(rule: AtomicRule): string {
  const parts = RULE_FIELDS.filter((field) => rule[field].length > 0);
  return `{${parts.map((field) => `${NAMES[field]}:[${rule[field].map(goQuote).join(' ')}]`).join(', ')}}`;
}
