import type { AccessCheck, AccessDecision, Decide } from '@opwright/schema';
import type { Authorizer } from '../../authorize.ts';
import type { UserInfo } from '../../http-types.ts';

/** A decision is needed that has not been made yet. */
class Undecided extends Error {
  override readonly name = 'Undecided';
  readonly check: AccessCheck;

  constructor(check: AccessCheck) {
    super('an access has not been decided');
    this.check = check;
  }
}

/** Runs something that asks for decisions as if they took no time. */
export type Deciding = <T>(run: (decide: Decide) => T) => Promise<T>;

/**
 * Expressions are evaluated at once, authorizers may take time: what asks for a decision that is not there runs again when it
 * is. All decisions of one write are made once.
 */
export function deciding(authorizer: Authorizer, user: UserInfo): Deciding {
  const decisions = new Map<string, AccessDecision>();
  const keyOf = (check: AccessCheck) => JSON.stringify(check);
  const decide: Decide = (check) => {
    const known = decisions.get(keyOf(check));
    if (known === undefined) throw new Undecided(check);
    return known;
  };
  return async (run) => {
    for (;;) {
      try {
        return run(decide);
      } catch (error) {
        if (!(error instanceof Undecided)) throw error;
        decisions.set(keyOf(error.check), await decisionOf(authorizer, user, error.check));
      }
    }
  };
}

async function decisionOf(authorizer: Authorizer, user: UserInfo, check: AccessCheck): Promise<AccessDecision> {
  const who = check.serviceAccount === undefined ? user : accountUser(check.serviceAccount);
  const { verb, path, group, resource, subresource, namespace, name } = check;
  try {
    const { allowed, reason } = await authorizer.authorize(
      path === undefined
        ? { user: who, verb, group, version: '*', resource, subresource, namespace, name }
        : { user: who, verb, path },
    );
    return { allowed, reason, error: '' };
  } catch (error) {
    return { allowed: false, reason: '', error: error instanceof Error ? error.message : String(error) };
  }
}

function accountUser({ namespace, name }: { readonly namespace: string; readonly name: string }): UserInfo {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  };
}
