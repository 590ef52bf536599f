import type { JsonObject } from '@opwright/machinery';
import { admissionCompiler } from '@opwright/schema';
import { at, field, int, items, text, texts } from '../../../kinds/tree.ts';
import type { Store } from '../../../store/store.ts';
import { derived } from '../derived.ts';
import { type MatchCondition, readConditions } from '../expressions/match-conditions.ts';
import { type MatchCriteria, readRule, readSelection } from '../match.ts';

/** One webhook of a stored configuration, defaults filled in. */
export interface Webhook extends MatchCriteria {
  /** Unique in the cluster. */
  readonly id: string;
  readonly name: string;
  readonly clientConfig: JsonObject;
  readonly matchConditions: readonly MatchCondition[];
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly sideEffects: string;
  readonly timeoutSeconds: number;
  /** Understood by the webhook, in its order of preference. */
  readonly reviewVersions: readonly string[];
  readonly reinvocationPolicy: 'Never' | 'IfNeeded';
}

export type ConfigurationKind = 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration';

const STORAGE: Readonly<Record<ConfigurationKind, string>> = {
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
};

/** Match conditions see no params and no variables. */
export const conditionCompiler = admissionCompiler({ params: false, variables: false });

/** The webhooks of all configurations as they are when it is called, sorted by the configurations' names. */
export function configuredWebhooks(store: Store, kind: ConfigurationKind): () => readonly Webhook[] {
  return derived(store, [STORAGE[kind]], () =>
    [...store.list(STORAGE[kind]).items]
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
      .flatMap(({ metadata, ...rest }) =>
        items(rest as JsonObject, 'webhooks').map((webhook) => readWebhook(metadata.uid, webhook)),
      ),
  );
}

function readWebhook(configuration: string, webhook: JsonObject): Webhook {
  const name = text(webhook, 'name');
  return {
    id: `${configuration}/${name}`,
    name,
    clientConfig: at(webhook, 'clientConfig') ?? {},
    rules: items(webhook, 'rules').map(readRule),
    ...readSelection(webhook),
    matchConditions: readConditions(items(webhook, 'matchConditions'), conditionCompiler),
    failurePolicy: text(webhook, 'failurePolicy') === 'Ignore' ? 'Ignore' : 'Fail',
    sideEffects: text(webhook, 'sideEffects'),
    timeoutSeconds: field(webhook, 'timeoutSeconds') === undefined ? 10 : int(webhook, 'timeoutSeconds'),
    reviewVersions: texts(webhook, 'admissionReviewVersions'),
    reinvocationPolicy: text(webhook, 'reinvocationPolicy') === 'IfNeeded' ? 'IfNeeded' : 'Never',
  };
}
