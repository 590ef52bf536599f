import { serviceAccountGroups } from './authenticate.ts';
import { type Authorizer, accessForbidden, escapeHtml, type ResourceAttributes } from './authorize.ts';
import { goQuote } from './errors.ts';
import type { ServerRequest, UserInfo } from './http-types.ts';

const EXTRA = 'impersonate-extra-';
const AUTHENTICATION = 'authentication.k8s.io';

/**
 * The user that a request acts as: the authenticated one, or who its Impersonate-* headers name, if that is allowed.
 *
 * @throws StatusError 403
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export async function impersonate(request: ServerRequest, user: UserInfo, authorizer: Authorizer): Promise<UserInfo> {
  const { name, groups, uid, extra } = requested(request);
  if (name === '') return user;

  const check = async (target: Omit<ResourceAttributes, 'user' | 'verb'>): Promise<void> => {
    const attributes = { user, verb: 'impersonate', ...target };
    const decision = await authorizer.authorize(attributes);
    if (!decision.allowed) throw accessForbidden(attributes, decision.reason);
  };
  const core = { group: '', version: 'v1', subresource: '', namespace: '' };
  const identity = { ...core, group: AUTHENTICATION };
  const accountGroups = serviceAccountGroups(name);
  if (accountGroups !== undefined) {
    const [, , namespace = '', account = ''] = name.split(':');
    await check({ ...core, resource: 'serviceaccounts', namespace, name: account });
  } else {
    await check({ ...core, resource: 'users', name });
  }
  for (const group of groups) await check({ ...core, resource: 'groups', name: group });
  for (const [key, list] of extra) {
    for (const value of list) await check({ ...identity, resource: 'userextras', subresource: key, name: value });
  }
  if (uid !== '') await check({ ...identity, resource: 'uids', name: uid });

  return {
    name,
    ...(uid !== '' && { uid }),
    groups: withKnown(name, groups.length > 0 ? groups : (accountGroups ?? [])),
    ...(extra.size > 0 && { extra: Object.fromEntries(extra) }),
  };
}

/**
 * What is wrong with a request that names groups, uid or extra of a user but no user: a text for people, in Kubernetes'
 * words. Undefined for all others.
 */
export function impersonationProblem(request: ServerRequest): string | undefined {
  const { name, groups, uid, extra } = requested(request);
  if (name !== '' || (groups.length === 0 && uid === '' && extra.size === 0)) return undefined;
  const parts = [
    ...groups.map((group) => `{Group  ${group}    }`),
    ...[...extra].flatMap(([key, list]) => list.map((value) => `{UserExtra  ${value}  ${AUTHENTICATION}/v1  ${key}}`)),
    ...(uid === '' ? [] : [`{UID  ${uid}  ${AUTHENTICATION}/v1  }`]),
  ];
  const why = `requested [${parts.join(' ')}] without impersonating a user`;
  return escapeHtml(`Internal Server Error: ${goQuote(request.path)}: ${why}\n`);
}

function requested(request: ServerRequest) {
  return {
    name: values(request, 'impersonate-user')[0] ?? '',
    groups: values(request, 'impersonate-group'),
    uid: values(request, 'impersonate-uid')[0] ?? '',
    extra: extras(request),
  };
}

/** The groups with the one that all have who are known, or who are not, unless one of the two is among them. */
function withKnown(name: string, groups: readonly string[]): readonly string[] {
  if (name === 'system:anonymous') {
    return groups.includes('system:unauthenticated') ? groups : [...groups, 'system:unauthenticated'];
  }
  const isSaid = groups.includes('system:authenticated') || groups.includes('system:unauthenticated');
  return isSaid ? groups : [...groups, 'system:authenticated'];
}

/** Whether a request has headers that are about somebody else. */
export function impersonates({ headers }: ServerRequest): boolean {
  for (const name in headers) if (name.startsWith('impersonate-')) return true;
  return false;
}

function extras(request: ServerRequest): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const header of Object.keys(request.headers)) {
    if (header.startsWith(EXTRA)) found.set(unescaped(header.slice(EXTRA.length)), values(request, header));
  }
  return found;
}

/** A key may be percent-encoded; one that is so only by chance stays as it is. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function values(request: ServerRequest, header: string): readonly string[] {
  const value = request.headers[header];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
