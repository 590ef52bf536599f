import { TransportError } from '../transport.ts';

/** What a person can do about the codes that Node reports. */
const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; is the API server running, and is the address in the kubeconfig right?',
  ENOTFOUND: 'the host name does not resolve; check the server address in the kubeconfig and the network',
  EAI_AGAIN: 'the name server does not answer; check the network',
  ETIMEDOUT: 'the host does not answer; check the network, the VPN and firewalls',
  EHOSTUNREACH: 'there is no route to the host; check the network and the VPN',
  ENETUNREACH: 'there is no route to the host; check the network and the VPN',
  ECONNRESET: 'the connection was closed before the answer was complete',
  EPROTO: 'the TLS handshake failed; if the server speaks plain http there, use http://',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS there; is it http:// instead of https://?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not speak TLS there; is it http:// instead of https://?',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "the server's certificate is self-signed; name it in certificate-authority of the kubeconfig",
  SELF_SIGNED_CERT_IN_CHAIN:
    "the server's certificate is not signed by the certificate-authority of the kubeconfig (another cluster at this address, or a proxy that intercepts TLS?)",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the server's certificate is not signed by the certificate-authority of the kubeconfig (another cluster at this address?)",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "the server's certificate is not signed by the certificate-authority of the kubeconfig (another cluster at this address?)",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  CERT_NOT_YET_VALID: "the server's certificate is not valid yet; is the clock of this machine right?",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another name; set tls-server-name in the kubeconfig",
};

/** The error for a request to `server` that got no answer, or only a part of one. */
export function transportFailure(server: string, cause: unknown): TransportError {
  if (cause instanceof TransportError) return cause;
  const code = codeOf(cause);
  const said = messageOf(cause);
  const remedy = code === undefined ? undefined : REMEDIES[code];
  return new TransportError(`${server}: ${said}${remedy === undefined ? '' : ` (${remedy})`}`, {
    ...(code !== undefined && { code }),
    cause,
  });
}

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}

/** Trying several addresses of a host fails with an AggregateError, whose own message is empty. */
function messageOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') {
    return [...new Set(cause.errors.map(messageOf))].join('; ');
  }
  // OpenSSL's reason, without its source file and thread.
  if (cause instanceof Error && 'reason' in cause && typeof cause.reason === 'string') return cause.reason;
  return cause instanceof Error ? cause.message.split('\n', 1)[0]!.trim() : String(cause);
}
