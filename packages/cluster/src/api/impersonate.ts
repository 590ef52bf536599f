import { serviceAccountGroups } from './authenticate.ts';
import { type Authorizer, accessForbidden, type ResourceAttributes } from './authorize.ts';
import { rawError } from './errors.ts';
import type { ServerRequest, UserInfo } from './http-types.ts';

/**
 * The user that a request acts as: the authenticated one, or who its Impersonate-* headers name, if that is allowed.
 *
 * @throws StatusError 403; 500 for groups, uid or extra without a user
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export async function impersonate(request: ServerRequest, user: UserInfo, authorizer: Authorizer): Promise<UserInfo> {
  const name = values(request, 'impersonate-user')[0];
  const groups = values(request, 'impersonate-group');
  const uid = values(request, 'impersonate-uid')[0];
  const extra = extras(request);
  if (name === undefined || name === '') {
    const orphans = [
      ...groups.map((group) => `{Group  ${group}    }`),
      ...(uid === undefined ? [] : [`{UID  ${uid}    }`]),
    ];
    if (orphans.length === 0 && extra.size === 0) return user;
    throw rawError(
      `Internal Server Error: "${request.path}": requested [${orphans.join(' ')}] without impersonating a user`,
    );
  }

  const check = async (target: Omit<ResourceAttributes, 'user' | 'verb' | 'version'>): Promise<void> => {
    const attributes = { user, verb: 'impersonate', version: 'v1', ...target };
    const decision = await authorizer.authorize(attributes);
    if (!decision.allowed) throw accessForbidden(attributes, decision.reason);
  };
  const plain = { group: '', subresource: '', namespace: '' };
  const accountGroups = serviceAccountGroups(name);
  if (accountGroups !== undefined) {
    const [, , namespace, account] = name.split(':');
    await check({ ...plain, resource: 'serviceaccounts', namespace: namespace!, name: account! });
  } else {
    await check({ ...plain, resource: 'users', name });
  }
  for (const group of groups) await check({ ...plain, resource: 'groups', name: group });
  if (uid !== undefined) await check({ ...plain, group: 'authentication.k8s.io', resource: 'uids', name: uid });
  for (const [key, list] of extra) {
    for (const value of list) {
      await check({ ...plain, group: 'authentication.k8s.io', resource: 'userextras', subresource: key, name: value });
    }
  }

  const given = groups.length > 0 ? groups : (accountGroups ?? []);
  const known = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    groups: given.includes(known) ? given : [...given, known],
    ...(extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

function extras(request: ServerRequest): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const header of Object.keys(request.headers)) {
    if (!header.startsWith('impersonate-extra-')) continue;
    found.set(decodeURIComponent(header.slice('impersonate-extra-'.length)), values(request, header));
  }
  return found;
}

function values(request: ServerRequest, header: string): readonly string[] {
  const value = request.headers[header];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
