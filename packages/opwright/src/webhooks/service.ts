import { readFileSync } from 'node:fs';
import type { Client } from '@opwright/client';
import type { Clock } from '@opwright/machinery';
import { type CertificateSource, ownCertificates, secretCertificates } from './certificates.ts';

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** The Service before an operator's webhooks, and the Secret with their certificate. */
export function webhookServiceName(operator: string): string {
  return `${operator}-webhook`;
}

/**
 * In a pod: what all replicas share in a Secret, for the name of the Service. Elsewhere: made for this process and this
 * machine.
 */
export function defaultCertificates(
  operator: string,
  client: Client,
  clock: Clock,
  namespaceFile: string = NAMESPACE_FILE,
): CertificateSource {
  const namespace = podNamespace(namespaceFile);
  if (namespace === undefined) return ownCertificates({ clock, hosts: ['localhost', '127.0.0.1', '::1'] });
  const name = webhookServiceName(operator);
  const hosts = [`${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`, `${name}.${namespace}`];
  return secretCertificates({ client, clock, namespace, name, hosts });
}

/** The namespace of the pod that this process runs in; undefined where it runs in none. */
export function podNamespace(file: string = NAMESPACE_FILE): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
