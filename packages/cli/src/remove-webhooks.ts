import { type Client, isNotFound } from '@opwright/client';
import {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '@opwright/kubernetes/admissionregistration';
import type { Operator } from 'opwright';

/** Removes the webhook configurations that a manager of the operator has installed. */
export async function removeWebhooks(client: Client, operator: Operator): Promise<void> {
  if (operator.webhooks.length === 0) return;
  for (const resource of [MutatingWebhookConfiguration, ValidatingWebhookConfiguration]) {
    await client.delete(resource, { name: operator.name }).catch((error) => {
      if (!isNotFound(error)) throw error;
    });
  }
}
