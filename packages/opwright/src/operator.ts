import type { AnyResource } from '@opwright/machinery';
import type { AnyCustomResource, CustomResourceDefinition } from '@opwright/schema';
import { kindKey } from './cache/kind-key.ts';
import type { Controller, ControllerDefinition } from './controller/builder.ts';
import type { Policy, PolicyDefinition } from './policies/policy.ts';
import type { Webhooks, WebhooksDefinition } from './webhooks/builder.ts';
import { conversionBy, type WebhookTarget } from './webhooks/client-config.ts';

const BRAND = Symbol.for('opwright.operator');

/** Controllers and webhooks that run together, and policies that hold beside them. Make one with {@link defineOperator}. */
export interface Operator {
  /** Field manager, event source, name of the Deployment. */
  readonly name: string;
  readonly controllers: readonly ControllerDefinition[];
  readonly webhooks: readonly WebhooksDefinition[];
  readonly policies: readonly PolicyDefinition[];
}

/**
 * Defines an operator: the value that `opwright dev`, `run` and `manifests` and `createManager` take.
 *
 * @throws Error when the name is not a DNS label, a controller has no reconcile function or a policy no rule, two of them have
 *   the same name, or two definitions of webhooks are for the same kind
 */
export function defineOperator(options: {
  name: string;
  controllers: readonly Controller[];
  webhooks?: readonly Webhooks[];
  policies?: readonly Policy[];
}): Operator {
  const { name } = options;
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw new Error(`operator name "${name}" must be a DNS label: lower-case letters, digits and "-", at most 63`);
  }
  const controllers = options.controllers.map(({ definition }) => definition);
  const names = new Set<string>();
  for (const definition of controllers) {
    if (!definition.reconcile) {
      throw new Error(
        `controller "${definition.name}" has no reconcile function: call .reconcile(async (object, ctx) => …)`,
      );
    }
    if (names.has(definition.name)) {
      throw new Error(
        `two controllers are named "${definition.name}": give one another name, controller(resource, { name: '…' })`,
      );
    }
    names.add(definition.name);
  }
  const webhooks = (options.webhooks ?? []).map(({ definition }) => definition);
  const kinds = new Set<string>();
  for (const { resource } of webhooks) {
    const kind = kindKey(resource);
    if (kinds.has(kind)) {
      throw new Error(
        `webhooks for ${resource.kind} (${resource.apiVersion}) are defined twice: put them into one definition`,
      );
    }
    kinds.add(kind);
  }
  const policies = (options.policies ?? []).map(({ definition }) => definition);
  for (const [index, policy] of policies.entries()) {
    if (policy.rules.length === 0) throw new Error(`policy "${policy.name}" has no rule: call .rule(…)`);
    if (policies.findIndex((other) => other.name === policy.name) < index) {
      throw new Error(
        `two policies are named "${policy.name}": give one another name, policy(resource, { name: '…' })`,
      );
    }
  }
  return Object.freeze({
    name,
    controllers: Object.freeze(controllers),
    webhooks: Object.freeze(webhooks),
    policies: Object.freeze(policies),
    [BRAND]: true,
  });
}

/** Whether a value was made by {@link defineOperator}, also by another copy of this package. */
export function isOperator(value: unknown): value is Operator {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** The primary resources of the controllers, each once. */
export function operatorResources(operator: Operator): readonly AnyResource[] {
  return unique(operator.controllers.map(({ resource }) => resource));
}

/**
 * The CRDs of the custom resources that the operator is there for: what its controllers reconcile or own, and its webhooks.
 *
 * @param target where the operator will serve its webhooks, conversions among them; absent: nothing is converted before it
 *   has started and written it itself
 */
export function operatorCrds(operator: Operator, target?: WebhookTarget): readonly CustomResourceDefinition[] {
  return customResources(operator).map((resource) => {
    if (!resource.conversions || !target) return resource.crd();
    const crd = resource.crd(conversionBy(target));
    if (!target.annotations) return crd;
    const annotations = { ...crd.metadata.annotations, ...target.annotations };
    return { ...crd, metadata: { ...crd.metadata, annotations } };
  });
}

/** The custom resources whose versions the operator converts. */
export function convertedResources(operator: Operator): readonly AnyCustomResource[] {
  return customResources(operator).filter(({ conversions }) => conversions !== undefined);
}

/** Whether the API server asks this operator about anything: admission or conversion. */
export function servesWebhooks(operator: Operator): boolean {
  return operator.webhooks.length > 0 || convertedResources(operator).length > 0;
}

/** The custom resources that the operator is there for: what its controllers reconcile or own, and its webhooks. */
export function customResources(operator: Operator): readonly AnyCustomResource[] {
  const own = operator.controllers.flatMap(({ resource, sources }) => [
    resource,
    // An optional kind is somebody else's to install.
    ...sources.filter(({ role, options }) => role === 'owns' && !options.optional).map((source) => source.resource),
  ]);
  return unique([...own, ...operator.webhooks.map(({ resource }) => resource)]).filter(
    (resource): resource is AnyCustomResource => 'crd' in resource,
  );
}

function unique(resources: readonly AnyResource[]): AnyResource[] {
  return [...new Map(resources.map((resource) => [kindKey(resource), resource])).values()];
}
