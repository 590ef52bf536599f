import { convertedResources, type Operator, servesWebhooks } from '../operator.ts';
import { webhookServiceName } from '../webhooks/service.ts';
import type { PolicyRule } from './rules.ts';

/** What an operator needs to be allowed to write its authorities into its webhook configurations and CRDs: for a ClusterRole. */
export function webhookConfigurationRules(operator: Operator): readonly PolicyRule[] {
  const crds = convertedResources(operator).map(({ plural, group }) => `${plural}.${group}`);
  return [
    ...(operator.webhooks.length > 0
      ? [
          {
            apiGroups: ['admissionregistration.k8s.io'],
            resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
            resourceNames: [operator.name],
            verbs: ['get', 'patch'],
          },
        ]
      : []),
    ...(crds.length > 0
      ? [
          {
            apiGroups: ['apiextensions.k8s.io'],
            resources: ['customresourcedefinitions'],
            resourceNames: crds,
            verbs: ['get', 'patch'],
          },
        ]
      : []),
  ];
}

/**
 * What the replicas of an operator need to be allowed to share the certificate of their webhooks, in their namespace: for a
 * Role. A request to create carries no name that a rule could be limited to.
 */
export function webhookCertificateRules(operator: Operator): readonly PolicyRule[] {
  if (!servesWebhooks(operator)) return [];
  const secrets = { apiGroups: [''], resources: ['secrets'] };
  return [
    { ...secrets, verbs: ['create'] },
    { ...secrets, resourceNames: [webhookServiceName(operator.name)], verbs: ['get', 'update'] },
  ];
}
