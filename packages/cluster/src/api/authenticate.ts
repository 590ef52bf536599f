import { isPlainObject, validateDns1123Label, validateDns1123Subdomain } from '@opwright/machinery';
import { unauthorized } from './errors.ts';
import type { ServerRequest, UserInfo } from './http-types.ts';
import { identify, type TokenAuthenticator, TokenError } from './tokens/token.ts';

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The administrator: what the in-process transport and the written kubeconfig act as. */
export const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

export interface Credentials {
  readonly tokens: readonly TokenAuthenticator[];
  /** Whom a token has to be meant for. */
  readonly audiences: readonly string[];
}

/**
 * Who sends a request: the user that the in-process transport names, the subject of the client certificate, the owner of
 * the bearer token, else system:anonymous. Whoever is known belongs to system:authenticated.
 *
 * @param warn is told of a header that does not count
 * @throws StatusError 401 for a bearer token that nobody knows
 */
export function authenticate(
  request: ServerRequest,
  { tokens, audiences }: Credentials,
  warn: (text: string) => void = () => {},
): UserInfo {
  if (request.user !== undefined) return authenticated(request.user);
  const certificate = request.clientCertificate;
  if (certificate !== undefined && certificate.commonName !== '') {
    const { commonName: name, organizations: groups, fingerprint } = certificate;
    return authenticated({ name, groups, extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint}`] } });
  }
  const token = bearerToken(request, warn) ?? protocolToken(request);
  if (token === undefined) return ANONYMOUS;
  try {
    return authenticated(identify(token, audiences, tokens).user);
  } catch (error) {
    if (error instanceof TokenError) throw unauthorized();
    throw error;
  }
}

/** Adds the group that all known users have. */
export function authenticated(user: UserInfo): UserInfo {
  if (user.groups.includes('system:authenticated') || user.groups.includes('system:unauthenticated')) return user;
  return { ...user, groups: [...user.groups, 'system:authenticated'] };
}

/** The groups of a service account, by its user name; undefined for other users. */
export function serviceAccountGroups(name: string): string[] | undefined {
  const [system, kind, namespace, account, ...more] = name.split(':');
  if (system !== 'system' || kind !== 'serviceaccount' || !namespace || !account || more.length > 0) return undefined;
  if (validateDns1123Label(namespace).length > 0 || validateDns1123Subdomain(account).length > 0) return undefined;
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** A user as reviews show it: without what is empty. */
export function shownUser({ name, uid, groups, extra }: UserInfo): { [field: string]: unknown } {
  return {
    ...(name !== '' && { username: name }),
    ...(uid !== undefined && uid !== '' && { uid }),
    ...(groups.length > 0 && { groups: [...groups] }),
    ...(isPlainObject(extra) && Object.keys(extra).length > 0 && { extra }),
  };
}

function bearerToken(request: ServerRequest, warn: (text: string) => void): string | undefined {
  const { authorization } = request.headers;
  const [scheme = '', token, more] = ([authorization].flat()[0] ?? '').trim().split(' ', 3);
  if (token === undefined || scheme.toLowerCase() !== 'bearer') return undefined;
  if (token !== '') return token;
  if (more !== undefined) {
    warn('the provided Authorization header contains extra space before the bearer token, and is ignored');
  }
  return undefined;
}

/** What a WebSocket protocol starts with that is a token, base64url. */
export const PROTOCOL_TOKEN = 'base64url.bearer.authorization.k8s.io.';

/** Browsers cannot set headers of WebSockets, but name their protocols: one of them may hold a token. */
function protocolToken(request: ServerRequest): string | undefined {
  const protocols = [request.headers['sec-websocket-protocol']].flat().join(',').split(',');
  const named = protocols.map((protocol) => protocol.trim()).find((protocol) => protocol.startsWith(PROTOCOL_TOKEN));
  return named === undefined ? undefined : Buffer.from(named.slice(PROTOCOL_TOKEN.length), 'base64url').toString();
}
