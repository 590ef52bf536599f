import { parseSigningRequest, type SigningRequest, type SigningTerms } from '@opwright/client';
import { CertificateSigningRequest } from '@opwright/kubernetes/certificates';
import { type Clock, formatTime } from '@opwright/machinery';
import { controller } from 'opwright';

/** How long a certificate counts that nobody wants for a shorter time. */
const LONGEST_MS = 365 * 24 * 3600 * 1000;
const SHORTEST_MS = 10 * 60 * 1000;
/** Clocks of machines differ; short certificates are none the shorter for it. */
const BACKDATE_MS = 5 * 60 * 1000;
const SHORT_MS = 8 * 3600 * 1000;

export interface CertificateSignerOptions {
  readonly clock: Clock;
  /** By the authority that the API server believes clients. */
  readonly sign: (request: SigningRequest, terms: SigningTerms) => string;
}

/**
 * Signs the requests for Kubernetes' own signers that are approved.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers
 */
export function certificateSigner({ clock, sign }: CertificateSignerOptions) {
  return controller(CertificateSigningRequest, { name: 'csrsigning' }).reconcile(async ({ spec, status = {} }, ctx) => {
    const { conditions = [], certificate } = status;
    const has = (type: string) =>
      conditions.some((condition) => condition.type === type && condition.status === 'True');
    const rule = SIGNERS[spec.signerName];
    if (rule === undefined || certificate || !has('Approved') || has('Denied') || has('Failed')) return;
    const request = parseSigningRequest(Buffer.from(spec.request, 'base64').toString('latin1'));
    const usages = spec.usages ?? [];
    const message = rule(request, usages);
    if (message !== undefined) {
      const lastUpdateTime = formatTime(clock.now());
      const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message, lastUpdateTime };
      ctx.status({ conditions: [...conditions, failed] });
      return;
    }
    const text = sign(request, { usages, ...validity(clock.now(), spec.expirationSeconds) });
    ctx.status({ conditions, certificate: Buffer.from(text).toString('base64') });
  });
}

function validity(nowMs: number, seconds = LONGEST_MS / 1000) {
  const lifetime = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, seconds * 1000));
  const notBefore = nowMs - BACKDATE_MS;
  return { notBefore, notAfter: lifetime < SHORT_MS ? nowMs + lifetime : notBefore + lifetime };
}

/** Why a signer refuses a request that was approved. */
type Rule = (request: SigningRequest, usages: readonly string[]) => string | undefined;

const SIGNERS: Readonly<Record<string, Rule>> = {
  'kubernetes.io/kube-apiserver-client': (_request, usages) => {
    const other = usages.find((usage) => !['digital signature', 'key encipherment', 'client auth'].includes(usage));
    if (other !== undefined) return `invalid usage for client certificate: ${other}`;
    return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
  },
  'kubernetes.io/kube-apiserver-client-kubelet': (request, usages) => {
    if (!isOfNodes(request)) return NOT_OF_NODES;
    if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
    if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
    if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
    if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
    if (!isNode(request)) return NO_NODE;
    return usagesProblem(usages, 'client auth');
  },
  'kubernetes.io/kubelet-serving': (request, usages) => {
    if (!isOfNodes(request)) return NOT_OF_NODES;
    if (request.dnsNames.length + request.ipAddresses.length === 0) return 'DNS or IP subjectAltName is required';
    if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
    if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
    return usagesProblem(usages, 'server auth') ?? (isNode(request) ? undefined : NO_NODE);
  },
  'kubernetes.io/legacy-unknown': () => undefined,
};

const NOT_OF_NODES = 'subject organization is not system:nodes';
const NO_NODE = 'subject common name does not begin with system:node:';

const isOfNodes = ({ organizations }: SigningRequest) => organizations.join() === 'system:nodes';
const isNode = ({ commonName }: SigningRequest) => commonName.startsWith('system:node:');

/** Keys that cannot encipher need not say that they do. */
function usagesProblem(usages: readonly string[], purpose: string): string | undefined {
  const required = [purpose, 'digital signature', 'key encipherment'].sort();
  const given = [...new Set(usages)].sort().join();
  const least = required.filter((usage) => usage !== 'key encipherment').join();
  return given === required.join() || given === least ? undefined : `usages did not match [${required.join(' ')}]`;
}
