import type { Client } from '@opwright/client';
import {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '@opwright/kubernetes/admissionregistration';
import { isNotFound } from '@opwright/machinery';
import type { Operator } from '../operator.ts';
import { operatorWebhookConfigurations } from './configurations.ts';

/** Makes the API server trust the operator's webhooks: called before a certificate is used for the first time. */
export type PublishTrust = (caBundle: string, signal: AbortSignal) => Promise<void>;

/** Applies the configurations, with the webhooks at `url`: where no manifests have been applied, as in development. */
export function installConfigurations(operator: Operator, client: Client, url: () => string): PublishTrust {
  return async (caBundle, signal) => {
    for (const configuration of operatorWebhookConfigurations(operator, { url: url(), caBundle })) {
      const isMutating = configuration.kind === 'MutatingWebhookConfiguration';
      const resource = isMutating ? MutatingWebhookConfiguration : ValidatingWebhookConfiguration;
      await client.apply(resource, configuration as never, { fieldManager: operator.name, force: true, signal });
    }
  };
}

/** Writes the bundle into the configurations that are there; everything else in them is the business of the manifests. */
export function injectTrust(operator: Operator, client: Client): PublishTrust {
  return async (caBundle, signal) => {
    const value = Buffer.from(caBundle).toString('base64');
    for (const resource of [MutatingWebhookConfiguration, ValidatingWebhookConfiguration]) {
      const configuration = await client.get(resource, { name: operator.name }, { signal }).catch((error) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
      const patch = (configuration?.webhooks ?? []).flatMap(({ name, clientConfig }, index) =>
        clientConfig.caBundle === value
          ? []
          : [
              // The list may have changed meanwhile: then nothing is written, and the next attempt sees it.
              { op: 'test' as const, path: `/webhooks/${index}/name`, value: name },
              { op: 'add' as const, path: `/webhooks/${index}/clientConfig/caBundle`, value },
            ],
      );
      if (patch.length > 0) await client.patch(resource, { name: operator.name }, { type: 'json', patch }, { signal });
    }
  };
}
