import type { Client } from '@opwright/client';
import { ClusterRole } from '@opwright/kubernetes/rbac';
import { deepEqual, fromLabelSelector, matchLabels } from '@opwright/machinery';
import { controller } from 'opwright';

const FIELD_MANAGER = 'clusterrole-aggregation-controller';

/**
 * Gives cluster roles with an `aggregationRule` the rules of the roles that it selects.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
export function clusterRoleAggregation(client: Client) {
  return controller(ClusterRole, { name: 'clusterrole-aggregation', onlyWhen: aggregates })
    .watches(ClusterRole, (_, ctx) => ctx.list(ClusterRole).filter(aggregates))
    .reconcile(async (role, ctx) => {
      if (!aggregates(role)) return;
      const rules = aggregatedRules(role, ctx.list(ClusterRole));
      if (deepEqual(rules, role.rules ?? [])) return;
      const { name } = role.metadata;
      await client.apply(ClusterRole, { metadata: { name }, rules }, { fieldManager: FIELD_MANAGER, force: true });
    });
}

type Rule = NonNullable<ClusterRole['rules']>[number];

function aggregates(role: ClusterRole): boolean {
  return role.aggregationRule !== undefined;
}

/** The rules of what is selected, selector by selector, the roles by name, each rule once. */
function aggregatedRules(role: ClusterRole, roles: readonly ClusterRole[]): Rule[] {
  const byName = [...roles].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const found = new Map<string, Rule>();
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const wanted = fromLabelSelector(selector);
    for (const { metadata, rules = [] } of byName) {
      if (metadata.name === role.metadata.name || !matchLabels(wanted, metadata.labels)) continue;
      for (const rule of rules ?? []) {
        const key = JSON.stringify(rule);
        if (!found.has(key)) found.set(key, rule);
      }
    }
  }
  return [...found.values()];
}
