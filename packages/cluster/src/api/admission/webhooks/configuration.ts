import type { JsonObject } from '@opwright/machinery';
import { at, field, int, items, text, texts } from '../../../kinds/tree.ts';
import type { StoredObject } from '../../../store/object.ts';
import type { Store } from '../../../store/store.ts';

/** One webhook of a stored configuration, defaults filled in. */
export interface Webhook {
  /** Unique in the cluster. */
  readonly id: string;
  readonly name: string;
  readonly clientConfig: JsonObject;
  readonly rules: readonly WebhookRule[];
  readonly matchPolicy: 'Exact' | 'Equivalent';
  readonly namespaceSelector: JsonObject;
  readonly objectSelector: JsonObject;
  readonly matchConditions: readonly MatchCondition[];
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly sideEffects: string;
  readonly timeoutSeconds: number;
  /** Understood by the webhook, in its order of preference. */
  readonly reviewVersions: readonly string[];
  readonly reinvocationPolicy: 'Never' | 'IfNeeded';
}

export interface WebhookRule {
  readonly operations: readonly string[];
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  /** `pods`, `pods/status`, `*`/`status`. */
  readonly resources: readonly string[];
  readonly scope: string;
}

/** A CEL expression that must hold for the webhook to be called. */
export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

export type ConfigurationKind = 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration';

const STORAGE: Readonly<Record<ConfigurationKind, string>> = {
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
};

const read = new WeakMap<StoredObject, readonly Webhook[]>();

/** The webhooks of all configurations as they are now, sorted by the configurations' names. */
export function configuredWebhooks(store: Store, kind: ConfigurationKind): readonly Webhook[] {
  const { items: configurations } = store.list(STORAGE[kind]);
  if (configurations.length === 0) return [];
  return [...configurations]
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap((configuration) => {
      let webhooks = read.get(configuration);
      if (webhooks === undefined) {
        webhooks = items(configuration, 'webhooks').map((webhook) => readWebhook(configuration.metadata.uid, webhook));
        read.set(configuration, webhooks);
      }
      return webhooks;
    });
}

function readWebhook(configuration: string, webhook: JsonObject): Webhook {
  const name = text(webhook, 'name');
  return {
    id: `${configuration}/${name}`,
    name,
    clientConfig: at(webhook, 'clientConfig') ?? {},
    rules: items(webhook, 'rules').map((rule) => ({
      operations: texts(rule, 'operations'),
      apiGroups: texts(rule, 'apiGroups'),
      apiVersions: texts(rule, 'apiVersions'),
      resources: texts(rule, 'resources'),
      scope: text(rule, 'scope') || '*',
    })),
    matchPolicy: text(webhook, 'matchPolicy') === 'Exact' ? 'Exact' : 'Equivalent',
    namespaceSelector: at(webhook, 'namespaceSelector') ?? {},
    objectSelector: at(webhook, 'objectSelector') ?? {},
    matchConditions: items(webhook, 'matchConditions').map((condition) => ({
      name: text(condition, 'name'),
      expression: text(condition, 'expression'),
    })),
    failurePolicy: text(webhook, 'failurePolicy') === 'Ignore' ? 'Ignore' : 'Fail',
    sideEffects: text(webhook, 'sideEffects'),
    timeoutSeconds: field(webhook, 'timeoutSeconds') === undefined ? 10 : int(webhook, 'timeoutSeconds'),
    reviewVersions: texts(webhook, 'admissionReviewVersions'),
    reinvocationPolicy: text(webhook, 'reinvocationPolicy') === 'IfNeeded' ? 'IfNeeded' : 'Never',
  };
}
