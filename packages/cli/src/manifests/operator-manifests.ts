import type { JsonObject } from '@opwright/machinery';
import { accessRules, type CustomResourceDefinition, type Operator, operatorCrds } from 'opwright';

export interface ManifestOptions {
  /** Default: `<operator>:latest`. */
  readonly image?: string;
  /** Namespace of the Deployment and its service account. Default: `<operator>-system`. */
  readonly namespace?: string;
}

export interface OperatorManifests {
  readonly crds: readonly CustomResourceDefinition[];
  readonly rbac: readonly JsonObject[];
  readonly deployment: readonly JsonObject[];
}

/**
 * Everything that a cluster needs to run `operator`, in the order in which it is to be applied. The ClusterRole holds exactly
 * what the controllers declare; the Deployment meets the `restricted` Pod Security Standard.
 */
export function operatorManifests(operator: Operator, options: ManifestOptions = {}): OperatorManifests {
  const { name } = operator;
  const namespace = options.namespace ?? `${name}-system`;
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'opwright' };
  const metadata = { name, namespace, labels };
  return {
    crds: operatorCrds(operator),
    rbac: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name, labels },
        rules: accessRules(operator).map((rule) => ({ ...rule })),
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name, labels },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      },
    ],
    deployment: [deployment(name, namespace, labels, options.image ?? `${name}:latest`)],
  };
}

function deployment(name: string, namespace: string, labels: JsonObject, image: string): JsonObject {
  const selector = { 'app.kubernetes.io/name': name };
  const probe = (path: string) => ({ httpGet: { path, port: 'probes' } });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas: 1,
      // One instance at a time: two without an election would work on the same objects.
      strategy: { type: 'Recreate' },
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
              ports: [
                { name: 'metrics', containerPort: 8080 },
                { name: 'probes', containerPort: 8081 },
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
