import { unauthorized } from './errors.ts';
import type { ServerRequest, UserInfo } from './http-types.ts';

/** Knows whom a bearer token belongs to; undefined for a token that it does not know. */
export type TokenAuthenticator = (token: string) => UserInfo | undefined | Promise<UserInfo | undefined>;

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The administrator: what the in-process transport and the written kubeconfig act as. */
export const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] };

/**
 * Who sends a request: the user that the in-process transport names, the owner of the bearer token, the subject of the
 * client certificate, else system:anonymous. Whoever is known belongs to system:authenticated.
 *
 * @throws StatusError 401 for a bearer token that nobody knows
 */
export async function authenticate(request: ServerRequest, tokens: readonly TokenAuthenticator[]): Promise<UserInfo> {
  if (request.user !== undefined) return authenticated(request.user);
  const token = bearerToken(request);
  if (token !== undefined) {
    for (const knows of tokens) {
      const user = await knows(token);
      if (user !== undefined) return authenticated(user);
    }
    throw unauthorized();
  }
  const certificate = request.clientCertificate;
  if (certificate !== undefined && certificate.commonName !== '') {
    return authenticated({ name: certificate.commonName, groups: certificate.organizations });
  }
  return ANONYMOUS;
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
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

function bearerToken(request: ServerRequest): string | undefined {
  const header = request.headers.authorization;
  const value = typeof header === 'string' ? header : header?.[0];
  const match = value === undefined ? null : /^bearer\s+(\S+)\s*$/i.exec(value);
  return match?.[1];
}
