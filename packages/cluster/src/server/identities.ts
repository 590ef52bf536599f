import { type CertificateAuthority, createAuthority, type KeyAndCertificate } from '@opwright/client';

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

/** Makes an authority and what it signs; keys are new each time. @param nowMs ms since the epoch */
export function createClusterIdentities(nowMs: number, hosts: readonly string[] = []): ClusterIdentities {
  const authority = createAuthority('opwright', nowMs);
  return {
    authority,
    server: authority.issue({
      commonName: 'kube-apiserver',
      usage: 'server',
      hosts: [...new Set([...HOSTS, ...hosts])],
    }),
    admin: authority.issue({ commonName: 'kubernetes-admin', organizations: ['system:masters'], usage: 'client' }),
  };
}
