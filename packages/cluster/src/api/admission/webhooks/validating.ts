import type { JsonObject } from '@opwright/machinery';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import { isExempt } from '../match.ts';
import { configuredWebhooks, type Webhook } from './configuration.ts';
import { ask, type Invocation, invocationOf, type WebhookSurroundings } from './dispatch.ts';

/** Asks the validating webhooks, all at the same time; the first in their order that refuses is the answer. */
export function validatingWebhooks(surroundings: WebhookSurroundings): AdmissionPlugin {
  const configured = configuredWebhooks(surroundings.store, 'ValidatingWebhookConfiguration');
  const askAll = async (
    webhooks: readonly Webhook[],
    attributes: AdmissionAttributes,
    object: JsonObject | undefined,
  ): Promise<void> => {
    const invocations: Invocation[] = [];
    for (const webhook of webhooks) {
      const invocation = await invocationOf(webhook, attributes, object, surroundings);
      if (invocation !== undefined) invocations.push(invocation);
    }
    const outcomes = await Promise.allSettled(
      invocations.map((invocation) => ask(invocation, attributes, object, false, surroundings)),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };
  return {
    name: 'ValidatingAdmissionWebhook',
    validate(attributes, object) {
      if (isExempt(attributes)) return;
      const webhooks = configured();
      if (webhooks.length > 0) return askAll(webhooks, attributes, object);
    },
  };
}
