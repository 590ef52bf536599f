import type { JsonObject } from '@opwright/machinery';
import {
  type CustomResourceDefinition,
  type Operator,
  operatorCrds,
  operatorPolicies,
  operatorWebhookConfigurations,
  servesWebhooks,
  type WebhookTarget,
  webhookServiceName,
} from 'opwright';
import { certManagerCertificate } from './cert-manager.ts';
import { roles } from './roles.ts';

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
  /**
   * cert-manager makes the certificate of the webhooks and writes its authority into the configurations and CRDs; the Deployment
   * gets `--webhook-cert-path`. Default false: the operator does that itself.
   *
   * @see https://cert-manager.io/docs/concepts/ca-injector/
   */
  readonly certManager?: boolean;
  /**
   * The operator follows these namespaces only: it gets a Role in each of them, which must exist, and a ClusterRole for
   * cluster-scoped objects alone. Default: all, by a ClusterRole.
   */
  readonly namespaces?: readonly string[];
  /** The operator follows the namespaces with these labels, `team=a`, as they come and go. */
  readonly namespaceSelector?: string;
  /** Two replicas with `--shard`, which share the objects, and a Role for their Leases. Default false. Not with `leaderElect`. */
  readonly shard?: boolean;
  /**
   * For a cluster that is added to the manager under this name: the CRDs and what the operator may do there, for the user of
   * the kubeconfig, a service account. The operator itself runs elsewhere. Default: where it runs.
   */
  readonly cluster?: string;
  /**
   * Metrics over TLS for those who are allowed to read them: the Deployment gets `--metrics-secure`, the operator the right
   * to ask who they are, and a ClusterRole `<operator>-metrics-reader` stands ready for them. Default false: over HTTP.
   */
  readonly secureMetrics?: boolean;
}

export interface OperatorManifests {
  readonly crds: readonly CustomResourceDefinition[];
  readonly rbac: readonly JsonObject[];
  readonly deployment: readonly JsonObject[];
  /** The Service before the webhooks and the configurations that lead to it; empty for an operator without webhooks. */
  readonly webhooks: readonly JsonObject[];
  /** What the API server judges itself. */
  readonly policies: readonly JsonObject[];
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
  const hasWebhooks = servesWebhooks(operator) && options.cluster === undefined;
  const certificate = hasWebhooks && options.certManager ? certManagerCertificate(metadata) : undefined;
  const target = {
    service: { namespace, name: webhookServiceName(name) },
    ...(certificate && { annotations: { 'cert-manager.io/inject-ca-from': `${namespace}/${certificate.name}` } }),
  };
  return {
    crds: operatorCrds(operator, target),
    rbac: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      ...roles(operator, options, metadata),
    ],
    deployment:
      options.cluster === undefined
        ? [
            deployment({
              metadata,
              image: options.image ?? `${name}:latest`,
              isReplicated: (options.leaderElect || options.shard) ?? false,
              args: argumentsOf(options, certificate !== undefined),
              hasWebhooks,
              secureMetrics: options.secureMetrics ?? false,
              certificateSecret: certificate?.secretName,
            }),
          ]
        : [],
    webhooks: hasWebhooks ? [...(certificate?.manifests ?? []), ...webhookManifests(operator, metadata, target)] : [],
    policies: operatorPolicies(operator),
  };
}

export type Metadata = {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
};

function argumentsOf(options: ManifestOptions, certificate: boolean): string[] {
  const { leaderElect, shard, secureMetrics, namespaces, namespaceSelector } = options;
  return [
    ...(leaderElect ? ['--leader-elect'] : []),
    ...(shard ? ['--shard'] : []),
    ...(secureMetrics ? ['--metrics-secure', '--metrics-bind-address=:8443'] : []),
    ...(certificate ? [`--webhook-cert-path=${CERTIFICATES}`] : []),
    ...(namespaces ? [`--namespaces=${namespaces.join(',')}`] : []),
    ...(namespaceSelector === undefined ? [] : [`--namespace-selector=${namespaceSelector}`]),
  ];
}

/** Unless cert-manager does it, the running operator writes the authorities to trust into the configurations. */
function webhookManifests(operator: Operator, { name, labels }: Metadata, target: ServiceTarget): JsonObject[] {
  const { service } = target;
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
    ...operatorWebhookConfigurations(operator, target),
  ];
}

type ServiceTarget = Extract<WebhookTarget, { readonly service: unknown }>;

/** controller-runtime's folder. */
const CERTIFICATES = '/tmp/k8s-webhook-server/serving-certs';

interface DeploymentOptions {
  readonly metadata: Metadata;
  readonly image: string;
  /** Replicas agree on who works on what. */
  readonly isReplicated: boolean;
  readonly args: readonly string[];
  readonly hasWebhooks: boolean;
  readonly secureMetrics: boolean;
  /** With the certificate of the webhooks, when somebody else renews it. */
  readonly certificateSecret: string | undefined;
}

function deployment(options: DeploymentOptions): JsonObject {
  const { metadata, image, isReplicated, args, hasWebhooks, secureMetrics, certificateSecret } = options;
  const { name, labels } = metadata;
  const selector = { 'app.kubernetes.io/name': name };
  const probe = (path: string) => ({ httpGet: { path, port: 'probes' } });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: isReplicated ? 2 : 1,
      // One instance at a time: two that do not agree would work on the same objects.
      ...(!isReplicated && { strategy: { type: 'Recreate' } }),
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
              ...(args.length > 0 && { args: [...args] }),
              ports: [
                { name: 'metrics', containerPort: secureMetrics ? 8443 : 8080 },
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
              ...(certificateSecret !== undefined && {
                volumeMounts: [{ name: 'webhook-certificates', mountPath: CERTIFICATES, readOnly: true }],
              }),
            },
          ],
          ...(certificateSecret !== undefined && { volumes: [certificateVolume(certificateSecret)] }),
        },
      },
    },
  };
}

/** Without the authority: it is not the operator's business to write it anywhere. */
function certificateVolume(secretName: string): JsonObject {
  const items = ['tls.crt', 'tls.key'].map((key) => ({ key, path: key }));
  return { name: 'webhook-certificates', secret: { secretName, items } };
}
