import { fromLabelSelector, type JsonObject, type LabelSelectorObject, matchLabels } from '@opwright/machinery';
import type { ServedKind } from '../../../kinds/kind.ts';
import type { Registry } from '../../../kinds/registry.ts';
import { at } from '../../../kinds/tree.ts';
import type { Store } from '../../../store/store.ts';
import type { AdmissionAttributes } from '../admission.ts';
import type { Webhook, WebhookRule } from './configuration.ts';

/** What deciding about a webhook takes. */
export interface MatchSurroundings {
  readonly store: Store;
  readonly registry: Registry;
}

/**
 * The version in which a webhook wants to see a write: that of the request, or, for matchPolicy Equivalent, the one that
 * its rules name. Undefined where the webhook is not concerned: no rule matches, or one of the selectors does not.
 */
export function matchedKind(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  object: JsonObject | undefined,
  surroundings: MatchSurroundings,
): ServedKind | undefined {
  const kind = ruledKind(webhook, attributes, surroundings.registry);
  if (kind === undefined) return undefined;
  if (!namespaceMatches(webhook, attributes, object, surroundings.store)) return undefined;
  return objectMatches(webhook, attributes, object) ? kind : undefined;
}

/** Webhooks do not see what governs admission itself: a bad one could not be removed. */
export function isExempt({ kind }: Pick<AdmissionAttributes, 'kind'>): boolean {
  return (
    kind.group === 'admissionregistration.k8s.io' &&
    /^(?:mutating|validating)(?:webhookconfigurations|admissionpolic(?:ies|ybindings))$/.test(kind.plural)
  );
}

function ruledKind(
  { rules, matchPolicy }: Webhook,
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
  rule: WebhookRule,
  { operation, subresource }: Pick<AdmissionAttributes, 'operation' | 'subresource'>,
  kind: Pick<ServedKind, 'group' | 'version' | 'plural' | 'scope'>,
): boolean {
  return (
    (rule.scope === '*' || rule.scope === (kind.scope === 'Namespaced' ? 'Namespaced' : 'Cluster')) &&
    names(rule.operations, operation) &&
    names(rule.apiGroups, kind.group) &&
    names(rule.apiVersions, kind.version) &&
    rule.resources.some((resource) => resourceMatches(resource, kind.plural, subresource))
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
  { namespaceSelector }: Webhook,
  { kind, namespace, name, operation, subresource }: AdmissionAttributes,
  object: JsonObject | undefined,
  store: Store,
): boolean {
  const selector = fromLabelSelector(namespaceSelector as LabelSelectorObject);
  if (selector.length === 0) return true;
  const isNamespace = kind.group === '' && kind.plural === 'namespaces';
  if (!isNamespace && namespace === '') return true;
  const isWritten = isNamespace && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE');
  const labelled = isWritten ? object : store.get('namespaces', isNamespace ? name : namespace);
  return matchLabels(selector, labelsOf(labelled));
}

/** The new object or the old one. */
function objectMatches(
  { objectSelector }: Webhook,
  { old }: AdmissionAttributes,
  object: JsonObject | undefined,
): boolean {
  const selector = fromLabelSelector(objectSelector as LabelSelectorObject);
  if (selector.length === 0) return true;
  return [object, old].some((candidate) => candidate !== undefined && matchLabels(selector, labelsOf(candidate)));
}

function labelsOf(object: JsonObject | undefined): Readonly<Record<string, string>> {
  return (at(object, 'metadata', 'labels') ?? {}) as Readonly<Record<string, string>>;
}
