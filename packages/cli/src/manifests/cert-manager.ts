import type { JsonObject } from '@opwright/machinery';
import { webhookServiceName } from 'opwright';
import type { Metadata } from './operator-manifests.ts';

/** A self-signed certificate for the Service of the webhooks, which cert-manager makes and renews. */
export function certManagerCertificate({ name: operator, namespace, labels }: Metadata) {
  const name = webhookServiceName(operator);
  const secretName = `${name}-certificate`;
  const issuer = `${operator}-selfsigned`;
  const manifests: readonly JsonObject[] = [
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Issuer',
      metadata: { name: issuer, namespace, labels },
      spec: { selfSigned: {} },
    },
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name, namespace, labels },
      spec: {
        dnsNames: [`${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`],
        issuerRef: { kind: 'Issuer', name: issuer },
        secretName,
      },
    },
  ];
  return { name, secretName, manifests };
}
