import { text } from '../../kinds/tree.ts';
import type { Authorizer } from '../authorize.ts';
import { ruleAllows } from './match.ts';
import { type Grant, type RuleResolver, resolutionError } from './rules.ts';

/**
 * Role-based access control over the stored roles and bindings: an access is allowed when a rule of any role bound to
 * the user matches it.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function rbacAuthorizer(resolver: RuleResolver): Authorizer {
  return {
    authorize(attributes) {
      const namespace = 'path' in attributes ? '' : attributes.namespace;
      const dangling: Grant[] = [];
      for (const grant of resolver.grantsFor(attributes.user, namespace)) {
        if (grant.rules === undefined) dangling.push(grant);
        else if (grant.rules.some((rule) => ruleAllows(rule, attributes))) {
          return { allowed: true, reason: `RBAC: allowed by ${grant.source()}` };
        }
      }
      const why = resolutionError(dangling, (roleRef) => text(roleRef, 'kind').toLowerCase());
      return { allowed: false, reason: why === '' ? '' : `RBAC: ${why}` };
    },
  };
}
