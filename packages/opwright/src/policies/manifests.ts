import type { JsonObject } from '@opwright/machinery';
import type { Operator } from '../operator.ts';
import type { PolicyDefinition } from './policy.ts';

/**
 * A ValidatingAdmissionPolicy and its binding for each policy of an operator, named `<operator>-<policy>`. They need nothing
 * but the API server.
 */
export function operatorPolicies(operator: Operator): readonly JsonObject[] {
  return operator.policies.flatMap((definition) => {
    const metadata = {
      name: `${operator.name}-${definition.name}`,
      labels: { 'app.kubernetes.io/name': operator.name, 'app.kubernetes.io/managed-by': 'opwright' },
    };
    return [
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata,
        spec: policySpec(definition),
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata,
        spec: { policyName: metadata.name, validationActions: [...(definition.options.actions ?? ['Deny'])] },
      },
    ];
  });
}

function policySpec({ resource, options, variables, rules }: PolicyDefinition): JsonObject {
  const { group, version, plural, scope } = resource;
  const { operations = ['CREATE', 'UPDATE'], failurePolicy = 'Fail', matchConditions } = options;
  const { objectSelector, namespaceSelector } = options as { [name: string]: JsonObject | undefined };
  return {
    failurePolicy,
    matchConstraints: {
      matchPolicy: 'Equivalent',
      ...(namespaceSelector && { namespaceSelector }),
      ...(objectSelector && { objectSelector }),
      resourceRules: [
        {
          apiGroups: [group],
          apiVersions: [version],
          operations: [...operations],
          resources: [plural],
          scope: scope === 'Namespaced' ? 'Namespaced' : 'Cluster',
        },
      ],
    },
    ...(matchConditions && {
      matchConditions: Object.entries(matchConditions).map(([name, expression]) => ({ name, expression })),
    }),
    ...(variables.length > 0 && { variables: variables.map((variable) => ({ ...variable })) }),
    validations: rules.map((rule) => ({ ...rule })),
  };
}
