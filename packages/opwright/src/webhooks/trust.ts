import type { Client } from '@opwright/client';
import {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '@opwright/kubernetes/admissionregistration';
import { CustomResourceDefinition } from '@opwright/kubernetes/apiextensions';
import type { JsonPatchOperation } from '@opwright/machinery';
import { undefinedIfNotFound } from '../not-found.ts';
import { convertedResources, type Operator } from '../operator.ts';
import { conversionBy } from './client-config.ts';
import { operatorWebhookConfigurations } from './configurations.ts';

/** Makes the API server trust the operator's webhooks: called before a certificate is used for the first time. */
export type PublishTrust = (caBundle: string, signal: AbortSignal) => Promise<void>;

/** Applies the configurations, and the conversions of the CRDs that are there, with the webhooks at `url`: where no manifests have been applied, as in development. */
export function installConfigurations(operator: Operator, client: Client, url: () => string): PublishTrust {
  return async (caBundle, signal) => {
    for (const configuration of operatorWebhookConfigurations(operator, { url: url(), caBundle })) {
      const isMutating = configuration.kind === 'MutatingWebhookConfiguration';
      const resource = isMutating ? MutatingWebhookConfiguration : ValidatingWebhookConfiguration;
      await client.apply(resource, configuration as never, { fieldManager: operator.name, force: true, signal });
    }
    const { webhook, ...conversion } = conversionBy({ url: url(), caBundle });
    // Where manifests have named a service, it must go: there is one or the other.
    const clientConfig = { ...webhook.clientConfig, service: null };
    const patch = { spec: { conversion: { ...conversion, webhook: { ...webhook, clientConfig } } } };
    for (const name of convertedCrds(operator)) {
      await client.patch(CustomResourceDefinition, { name }, { type: 'merge', patch }, { signal });
    }
  };
}

/** Writes the bundle into the configurations and CRDs that are there; everything else in them is the business of the manifests. */
export function injectTrust(operator: Operator, client: Client): PublishTrust {
  return async (caBundle, signal) => {
    const value = Buffer.from(caBundle).toString('base64');
    for (const resource of [MutatingWebhookConfiguration, ValidatingWebhookConfiguration]) {
      const configuration = await client.get(resource, { name: operator.name }, { signal }).catch(undefinedIfNotFound);
      const patch = (configuration?.webhooks ?? []).flatMap(({ name, clientConfig }, index) =>
        clientConfig.caBundle === value
          ? []
          : // The list may have changed meanwhile: then nothing is written, and the next attempt sees it.
            trusting(`/webhooks/${index}/name`, name, `/webhooks/${index}/clientConfig`, value),
      );
      if (patch.length > 0) await client.patch(resource, { name: operator.name }, { type: 'json', patch }, { signal });
    }
    for (const name of convertedCrds(operator)) {
      const crd = await client.get(CustomResourceDefinition, { name }, { signal }).catch(undefinedIfNotFound);
      const current = crd?.spec.conversion?.webhook?.clientConfig;
      if (!current || current.caBundle === value) continue;
      const patch = trusting('/spec/conversion/strategy', 'Webhook', '/spec/conversion/webhook/clientConfig', value);
      await client.patch(CustomResourceDefinition, { name }, { type: 'json', patch }, { signal });
    }
  };
}

function trusting(tested: string, is: string, clientConfig: string, caBundle: string): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: tested, value: is },
    { op: 'add', path: `${clientConfig}/caBundle`, value: caBundle },
  ];
}

function convertedCrds(operator: Operator): readonly string[] {
  return convertedResources(operator).map(({ plural, group }) => `${plural}.${group}`);
}
