import { goQuote, type StatusError } from '@opwright/machinery';
import { forbidden } from './errors.ts';
import type { UserInfo } from './http-types.ts';

/** What is to be allowed: one verb on a resource, or on a path that is none. */
export type AccessAttributes = ResourceAttributes | PathAttributes;

export interface ResourceAttributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface PathAttributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly path: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why; '' for no particular reason. */
  readonly reason: string;
}

/** Decides about one access. */
export interface Authorizer {
  authorize(attributes: AccessAttributes): Decision | Promise<Decision>;
}

/** Whether no authorizer has a say. */
export function mayEverything(user: UserInfo): boolean {
  return user.groups.includes('system:masters');
}

/** Asks the authorizers in turn until one allows; `system:masters` needs none. */
export function authorizerChain(authorizers: readonly Authorizer[]): Authorizer {
  return {
    async authorize(attributes) {
      if (mayEverything(attributes.user)) return { allowed: true, reason: '' };
      const reasons: string[] = [];
      for (const authorizer of authorizers) {
        const decision = await authorizer.authorize(attributes);
        if (decision.allowed) return decision;
        if (decision.reason !== '') reasons.push(decision.reason);
      }
      return { allowed: false, reason: reasons.join('\n') };
    },
  };
}

/** The 403 of a denied access. */
export function accessForbidden(attributes: AccessAttributes, reason: string): StatusError {
  const why = `${escapeHtml(accessDenied(attributes))}${reason === '' ? '' : `: ${reason}`}`;
  if ('path' in attributes) return forbidden(undefined, '', why);
  return forbidden({ group: attributes.group, plural: attributes.resource }, attributes.name, why);
}

/** A text that no browser takes for HTML: what a client has sent may come back in it. */
export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function accessDenied(attributes: AccessAttributes): string {
  const { user, verb } = attributes;
  const who = `User ${goQuote(user.name)}`;
  if ('path' in attributes) return `${who} cannot ${verb} path ${goQuote(attributes.path)}`;
  const { resource, subresource, group, namespace } = attributes;
  const what = goQuote(subresource === '' ? resource : `${resource}/${subresource}`);
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`;
  return `${who} cannot ${verb} resource ${what} in API group ${goQuote(group)} ${where}`;
}
