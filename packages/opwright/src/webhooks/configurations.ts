import type { AnyResource, JsonObject } from '@opwright/machinery';
import type { Operator } from '../operator.ts';
import type { WebhooksDefinition } from './builder.ts';
import { clientConfig, type WebhookTarget } from './client-config.ts';
import { webhookPath } from './paths.ts';
import type { LabelSelectorInput, WebhookOptions } from './types.ts';

type Phase = 'mutate' | 'validate';

const KINDS = { mutate: 'MutatingWebhookConfiguration', validate: 'ValidatingWebhookConfiguration' } as const;

/**
 * The MutatingWebhookConfiguration and the ValidatingWebhookConfiguration of an operator, named as it; without those of
 * which it has none.
 */
export function operatorWebhookConfigurations(operator: Operator, target: WebhookTarget): readonly JsonObject[] {
  return (['mutate', 'validate'] as const).flatMap((phase): JsonObject[] => {
    const webhooks: JsonObject[] = operator.webhooks.flatMap((definition) => {
      const webhook = webhookOf(phase, definition, target);
      return webhook === undefined ? [] : [webhook];
    });
    if (webhooks.length === 0) return [];
    return [
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: KINDS[phase],
        metadata: {
          name: operator.name,
          labels: { 'app.kubernetes.io/name': operator.name, 'app.kubernetes.io/managed-by': 'opwright' },
          ...(target.annotations && { annotations: target.annotations }),
        },
        webhooks,
      },
    ];
  });
}

function webhookOf(phase: Phase, definition: WebhooksDefinition, target: WebhookTarget): JsonObject | undefined {
  const operations = operationsOf(phase, definition);
  if (operations.length === 0) return undefined;
  const { resource, options } = definition;
  const { group, version, plural, scope } = resource;
  return {
    name: webhookName(phase, resource),
    admissionReviewVersions: ['v1'],
    clientConfig: clientConfig(webhookPath(phase, resource), target),
    rules: [{ operations, apiGroups: [group], apiVersions: [version], resources: [plural], scope: scopeOf(scope) }],
    failurePolicy: options.failurePolicy ?? 'Fail',
    matchPolicy: options.matchPolicy ?? 'Equivalent',
    sideEffects: 'None',
    timeoutSeconds: options.timeoutSeconds ?? 10,
    ...selection(options, isBuiltIn(resource) ? ownNamespace(target) : undefined),
    ...(phase === 'mutate' && { reinvocationPolicy: options.reinvocationPolicy ?? 'Never' }),
  };
}

function operationsOf(phase: Phase, definition: WebhooksDefinition): readonly string[] {
  if (phase === 'mutate') return definition.default ? ['CREATE', 'UPDATE'] : [];
  return [...(definition.validate ? ['CREATE', 'UPDATE'] : []), ...(definition.validateDelete ? ['DELETE'] : [])];
}

/** A domain with at least three segments, unique in its configuration: `mutate.v1.foo.example.com`. */
function webhookName(phase: Phase, { group, version, kind }: AnyResource): string {
  return [phase, version, kind.toLowerCase(), ...(group === '' ? [] : [group])].join('.');
}

function scopeOf(scope: AnyResource['scope']): string {
  return scope === 'Namespaced' ? 'Namespaced' : 'Cluster';
}

/**
 * The namespace of the operator, when its webhooks run in the cluster: a webhook of pods that its own pod needs before it can
 * start would never start.
 */
function ownNamespace(target: WebhookTarget): string | undefined {
  return 'service' in target ? target.service.namespace : undefined;
}

function isBuiltIn(resource: AnyResource): boolean {
  return resource.scope === 'Namespaced' && !('schema' in resource);
}

function selection(
  { objectSelector, namespaceSelector, matchConditions }: WebhookOptions,
  without: string | undefined,
): JsonObject {
  const namespaces: LabelSelectorInput | undefined =
    without === undefined
      ? namespaceSelector
      : {
          ...namespaceSelector,
          matchExpressions: [
            ...(namespaceSelector?.matchExpressions ?? []),
            { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [without] },
          ],
        };
  return {
    ...(objectSelector && { objectSelector: objectSelector as JsonObject }),
    ...(namespaces && { namespaceSelector: namespaces as JsonObject }),
    ...(matchConditions && {
      matchConditions: Object.entries(matchConditions).map(([name, expression]) => ({ name, expression })),
    }),
  };
}
