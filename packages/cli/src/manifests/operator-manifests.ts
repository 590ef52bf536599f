import type { JsonObject } from '@opwright/machinery';
import {
  accessRules,
  type CustomResourceDefinition,
  leaderElectionRules,
  type Operator,
  operatorCrds,
  operatorWebhookConfigurations,
  type PolicyRule,
  servesWebhooks,
  webhookCertificateRules,
  webhookConfigurationRules,
  webhookServiceName,
} from 'opwright';

export interface ManifestOptions {
  /** Default: `<operator>:latest`. */
  readonly image?: string;
  /** Namespace of the Deployment and its service account. Default: `<operator>-system`. */
  readonly namespace?: string;
  /**
   * Two replicas with `--leader-elect`, of which one works, and a Role for the Lease. Default false: one replica, never two
   * at a time.
   */
  readonly leaderElect?: boolean;
}

export interface OperatorManifests {
  readonly crds: readonly CustomResourceDefinition[];
  readonly rbac: readonly JsonObject[];
  readonly deployment: readonly JsonObject[];
  /** The Service before the webhooks and the configurations that lead to it; empty for an operator without webhooks. */
  readonly webhooks: readonly JsonObject[];
}

/**
 * Everything that a cluster needs to run `operator`, in the order in which it is to be applied. The ClusterRole holds exactly
 * what the controllers declare; the Deployment meets the `restricted` Pod Security Standard.
 */
export function operatorManifests(operator: Operator, options: ManifestOptions = {}): OperatorManifests {
  const { name } = operator;
  const namespace = options.namespace ?? `${name}-system`;
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'opwright' };
  const metadata: Metadata = { name, namespace, labels };
  const hasWebhooks = servesWebhooks(operator);
  const target = { service: { namespace, name: webhookServiceName(name) } };
  return {
    crds: operatorCrds(operator, target),
    rbac: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name, labels },
        rules: [...accessRules(operator), ...webhookConfigurationRules(operator)].map((rule) => ({ ...rule })),
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name, labels },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      },
      // The Lease has the operator's name, as the manager has it.
      ...(options.leaderElect ? roleFor('leader-election', leaderElectionRules(name), metadata) : []),
      ...(hasWebhooks ? roleFor('webhooks', webhookCertificateRules(operator), metadata) : []),
    ],
    deployment: [
      deployment({
        metadata,
        image: options.image ?? `${name}:latest`,
        leaderElect: options.leaderElect ?? false,
        hasWebhooks,
      }),
    ],
    webhooks: hasWebhooks ? webhookManifests(operator, metadata) : [],
  };
}

type Metadata = {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
};

/** What the operator's service account may do in its own namespace, for one purpose. */
function roleFor(purpose: string, rules: readonly PolicyRule[], { name, namespace, labels }: Metadata): JsonObject[] {
  const metadata = { name: `${name}-${purpose}`, namespace, labels };
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: rules.map((rule) => ({ ...rule })),
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}

/** The running operator writes the authorities to trust into the configurations. */
function webhookManifests(operator: Operator, { name, namespace, labels }: Metadata): JsonObject[] {
  const service = { namespace, name: webhookServiceName(name) };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...service, labels },
      spec: {
        selector: { 'app.kubernetes.io/name': name },
        ports: [{ name: 'webhooks', port: 443, targetPort: 'webhooks' }],
      },
    },
    ...operatorWebhookConfigurations(operator, { service }),
  ];
}

interface DeploymentOptions {
  readonly metadata: Metadata;
  readonly image: string;
  readonly leaderElect: boolean;
  readonly hasWebhooks: boolean;
}

function deployment({ metadata, image, leaderElect, hasWebhooks }: DeploymentOptions): JsonObject {
  const { name, labels } = metadata;
  const selector = { 'app.kubernetes.io/name': name };
  const probe = (path: string) => ({ httpGet: { path, port: 'probes' } });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: leaderElect ? 2 : 1,
      // One instance at a time: two without an election would work on the same objects.
      ...(!leaderElect && { strategy: { type: 'Recreate' } }),
      selector: { matchLabels: selector },
      template: {
        metadata: { labels, annotations: { 'kubectl.kubernetes.io/default-container': 'operator' } },
        spec: {
          serviceAccountName: name,
          // Longer than the 30 s that the manager gives its controllers to finish.
          terminationGracePeriodSeconds: 40,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'operator',
              image,
              ...(leaderElect && { args: ['--leader-elect'] }),
              ports: [
                { name: 'metrics', containerPort: 8080 },
                { name: 'probes', containerPort: 8081 },
                ...(hasWebhooks ? [{ name: 'webhooks', containerPort: 9443 }] : []),
              ],
              livenessProbe: { ...probe('/healthz'), initialDelaySeconds: 15, periodSeconds: 20 },
              readinessProbe: { ...probe('/readyz'), initialDelaySeconds: 5, periodSeconds: 10 },
              resources: { requests: { cpu: '10m', memory: '96Mi' }, limits: { memory: '256Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  };
}
