import {
  fromLabelSelector,
  type JsonObject,
  type LabelSelector,
  type LabelSelectorObject,
  matchLabels,
} from '@opwright/machinery';
import type { ServedKind } from '../../kinds/kind.ts';
import type { Registry } from '../../kinds/registry.ts';
import { at, text, texts } from '../../kinds/tree.ts';
import type { Store } from '../../store/store.ts';
import type { AdmissionAttributes } from './admission.ts';

/** What deciding about a webhook or policy takes. */
export interface MatchSurroundings {
  readonly store: Store;
  readonly registry: Registry;
}

/** Which writes a webhook or policy is about. */
export interface MatchCriteria {
  /** Absent: every write. */
  readonly rules?: readonly MatchRule[];
  /** These it is not about. */
  readonly excluded?: readonly MatchRule[];
  readonly matchPolicy: 'Exact' | 'Equivalent';
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
}

export interface MatchRule {
  readonly operations: readonly string[];
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  /** `pods`, `pods/status`, `*`/`status`. */
  readonly resources: readonly string[];
  readonly scope: string;
  /** None: all. */
  readonly resourceNames: readonly string[];
}

export function readRule(rule: JsonObject): MatchRule {
  return {
    operations: texts(rule, 'operations'),
    apiGroups: texts(rule, 'apiGroups'),
    apiVersions: texts(rule, 'apiVersions'),
    resources: texts(rule, 'resources'),
    scope: text(rule, 'scope') || '*',
    resourceNames: texts(rule, 'resourceNames'),
  };
}

/** The selectors and the matchPolicy of a webhook, or of a policy's matchConstraints. */
export function readSelection(match: JsonObject | undefined): Omit<MatchCriteria, 'rules' | 'excluded'> {
  const selector = (key: string) => fromLabelSelector((at(match, key) ?? {}) as LabelSelectorObject);
  return {
    matchPolicy: text(match, 'matchPolicy') === 'Exact' ? 'Exact' : 'Equivalent',
    namespaceSelector: selector('namespaceSelector'),
    objectSelector: selector('objectSelector'),
  };
}

/**
 * The version in which a webhook or policy wants to see a write: that of the request, or, for matchPolicy Equivalent, the
 * one that its rules name. Undefined where it is not concerned: no rule matches, or one of the selectors does not.
 */
export function matchedKind(
  criteria: MatchCriteria,
  attributes: AdmissionAttributes,
  object: JsonObject | undefined,
  surroundings: MatchSurroundings,
): ServedKind | undefined {
  const { rules, excluded = [], matchPolicy } = criteria;
  const kind = rules === undefined ? attributes.kind : ruledKind(rules, matchPolicy, attributes, surroundings.registry);
  if (kind === undefined) return undefined;
  if (excluded.length > 0 && ruledKind(excluded, matchPolicy, attributes, surroundings.registry)) return undefined;
  if (!namespaceMatches(criteria, attributes, object, surroundings.store)) return undefined;
  return objectMatches(criteria, attributes, object) ? kind : undefined;
}

/** Webhooks do not see what governs admission itself: a bad one could not be removed. */
export function isExempt({ kind }: Pick<AdmissionAttributes, 'kind'>): boolean {
  return (
    kind.group === 'admissionregistration.k8s.io' &&
    /^(?:mutating|validating)(?:webhookconfigurations|admissionpolic(?:ies|ybindings))$/.test(kind.plural)
  );
}

function ruledKind(
  rules: readonly MatchRule[],
  matchPolicy: MatchCriteria['matchPolicy'],
  attributes: AdmissionAttributes,
  registry: Registry,
): ServedKind | undefined {
  const { kind } = attributes;
  if (rules.some((rule) => ruleMatches(rule, attributes, kind))) return kind;
  if (matchPolicy === 'Exact') return undefined;
  const equivalents = registry.kinds().filter((other) => other !== kind && other.storage === kind.storage);
  for (const rule of rules) {
    const equivalent = equivalents.find((other) => ruleMatches(rule, attributes, other));
    if (equivalent !== undefined) return equivalent;
  }
  return undefined;
}

/** Whether a rule names a write, were it made to `kind`. */
export function ruleMatches(
  rule: MatchRule,
  { operation, subresource, name }: Pick<AdmissionAttributes, 'operation' | 'subresource' | 'name'>,
  kind: Pick<ServedKind, 'group' | 'version' | 'plural' | 'scope'>,
): boolean {
  return (
    (rule.scope === '*' || rule.scope === (kind.scope === 'Namespaced' ? 'Namespaced' : 'Cluster')) &&
    names(rule.operations, operation) &&
    names(rule.apiGroups, kind.group) &&
    names(rule.apiVersions, kind.version) &&
    rule.resources.some((resource) => resourceMatches(resource, kind.plural, subresource)) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(name))
  );
}

function names(wanted: readonly string[], value: string): boolean {
  return wanted.includes('*') || wanted.includes(value);
}

/** `*` means no subresource, where `pods/*` means `pods` too. */
function resourceMatches(wanted: string, plural: string, subresource: string): boolean {
  const [resource = '', sub = ''] = wanted.split('/', 2);
  return (resource === '*' || resource === plural) && (sub === '*' || sub === subresource);
}

/** By the labels of the object's namespace; of a namespace by its own, as they are going to be. */
function namespaceMatches(
  { namespaceSelector: selector }: MatchCriteria,
  { kind, namespace, name, operation, subresource }: AdmissionAttributes,
  object: JsonObject | undefined,
  store: Store,
): boolean {
  if (selector.length === 0) return true;
  const isNamespace = kind.group === '' && kind.plural === 'namespaces';
  if (!isNamespace && namespace === '') return true;
  const isWritten = isNamespace && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE');
  const labelled = isWritten ? object : store.get('namespaces', isNamespace ? name : namespace);
  return matchLabels(selector, labelsOf(labelled));
}

/** The new object or the old one. */
function objectMatches(
  { objectSelector: selector }: MatchCriteria,
  { old, operation }: AdmissionAttributes,
  object: JsonObject | undefined,
): boolean {
  if (selector.length === 0) return true;
  // Options have no labels, not even none.
  if (operation === 'CONNECT') return false;
  return [object, old].some((candidate) => candidate !== undefined && matchLabels(selector, labelsOf(candidate)));
}

function labelsOf(object: JsonObject | undefined): Readonly<Record<string, string>> {
  return (at(object, 'metadata', 'labels') ?? {}) as Readonly<Record<string, string>>;
}
