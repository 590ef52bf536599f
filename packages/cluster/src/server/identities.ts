import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type CertificateAuthority, createAuthority, type KeyAndCertificate } from '@opwright/client';
import { createVault, type Vault } from '../store/vault.ts';

/** What a cluster proves itself with, and its administrator to it. */
export interface ClusterIdentities {
  readonly authority: CertificateAuthority;
  readonly server: KeyAndCertificate;
  /** User kubernetes-admin of the group system:masters, as kubeadm names it. */
  readonly admin: KeyAndCertificate;
}

/** The names by which an API server is reached from its own machine and from its pods. */
const HOSTS = [
  '127.0.0.1',
  '::1',
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  // The address of the kubernetes service in the default service network.
  '10.96.0.1',
];

/** Certificates that are kept are renewed when they have no more than this left. */
const RENEWAL_MS = 30 * 24 * 3600 * 1000;

/**
 * An authority and what it signs: those of the vault, as far as they are there and will do for a while; otherwise new
 * ones, which are put there.
 *
 * @param nowMs ms since the epoch
 */
export function createClusterIdentities(
  nowMs: number,
  hosts: readonly string[] = [],
  vault: Vault = createVault(),
): ClusterIdentities {
  const names = [...new Set([...HOSTS, ...hosts])];
  const kept = (name: string, good: (certificate: X509Certificate) => boolean): KeyAndCertificate | undefined => {
    const [cert, key] = [vault.get(`${name}.crt`), vault.get(`${name}.key`)];
    if (cert === undefined || key === undefined) return undefined;
    const certificate = new X509Certificate(cert);
    return Date.parse(certificate.validTo) - nowMs > RENEWAL_MS && good(certificate) ? { cert, key } : undefined;
  };
  const keep = (name: string, { cert, key }: KeyAndCertificate): KeyAndCertificate => {
    vault.set(`${name}.crt`, cert);
    vault.set(`${name}.key`, key);
    return { cert, key };
  };

  const before = kept('ca', () => true);
  const authority = createAuthority('opwright', nowMs, before);
  if (before === undefined) keep('ca', { cert: authority.certificate, key: authority.key });
  const isSigned = (certificate: X509Certificate) =>
    certificate.checkIssued(new X509Certificate(authority.certificate));
  const isForNames = (certificate: X509Certificate) =>
    names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined);
  return {
    authority,
    server:
      kept('apiserver', (certificate) => isSigned(certificate) && isForNames(certificate)) ??
      keep('apiserver', authority.issue({ commonName: 'kube-apiserver', usage: 'server', hosts: names })),
    admin:
      kept('admin', isSigned) ??
      keep(
        'admin',
        authority.issue({ commonName: 'kubernetes-admin', organizations: ['system:masters'], usage: 'client' }),
      ),
  };
}
