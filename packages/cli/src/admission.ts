import { type Client, isNotFound } from '@opwright/client';
import {
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '@opwright/kubernetes/admissionregistration';
import { type Operator, operatorPolicies } from 'opwright';

const POLICIES = [ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding];

/** Applies the policies of an operator. Its manager installs the webhooks. */
export async function installPolicies(client: Client, operator: Operator): Promise<void> {
  for (const manifest of operatorPolicies(operator)) {
    const resource = POLICIES.find(({ kind }) => kind === manifest.kind) as typeof ValidatingAdmissionPolicy;
    await client.apply(resource, manifest as never, { fieldManager: 'opwright', force: true });
  }
}

/** Removes the policies of an operator, and the webhook configurations that its manager has installed. */
export async function removeAdmission(client: Client, operator: Operator): Promise<void> {
  const webhooks = operator.webhooks.length > 0 ? [MutatingWebhookConfiguration, ValidatingWebhookConfiguration] : [];
  for (const resource of webhooks) await remove(client, resource, operator.name);
  for (const { kind, metadata } of operatorPolicies(operator)) {
    const resource = POLICIES.find((each) => each.kind === kind) as typeof ValidatingAdmissionPolicy;
    await remove(client, resource, (metadata as { name: string }).name);
  }
}

async function remove(client: Client, resource: Parameters<Client['delete']>[0], name: string): Promise<void> {
  await client.delete(resource, { name }).catch((error) => {
    if (!isNotFound(error)) throw error;
  });
}
