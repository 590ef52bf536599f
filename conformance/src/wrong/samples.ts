import { servedResources } from '@opwright/kubernetes/data';
import minimal from '../subjects/minimal-objects.json' with { type: 'json' };

/** A valid object in which one field at a time is made wrong. */
export interface Sample {
  /** Kind and name. */
  readonly name: string;
  /** Of the collection. */
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly object: object;
  /** The kind has a status that is written on its own. */
  readonly status: boolean;
  /** Fields that are the same as those of another sample. */
  readonly skip: (path: string) => boolean;
}

const groups = 'rbac.authorization.k8s.io';
const more: readonly { readonly path: string; readonly object: object }[] = [
  {
    path: `/apis/${groups}/v1/clusterroles`,
    object: { metadata: { name: 'cr-{{run}}' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
  },
  {
    path: `/apis/${groups}/v1/clusterrolebindings`,
    object: {
      metadata: { name: 'crb-{{run}}' },
      roleRef: { kind: 'ClusterRole', name: 'x', apiGroup: groups },
      subjects: [{ kind: 'User', name: 'bob' }],
    },
  },
  { path: '/api/v1/namespaces', object: { metadata: { name: 'more-{{run}}' } } },
  {
    path: '/apis/storage.k8s.io/v1/csinodes',
    object: {
      metadata: { name: 'cn-{{run}}' },
      spec: { drivers: [{ name: 'a.b', nodeID: 'n', topologyKeys: ['z'] }] },
    },
  },
  {
    path: '/apis/storage.k8s.io/v1/namespaces/{{ns}}/csistoragecapacities',
    object: { metadata: { name: 'csc' }, storageClassName: 's', capacity: '1Gi' },
  },
  {
    path: '/apis/storage.k8s.io/v1/volumeattachments',
    object: {
      metadata: { name: 'va-{{run}}' },
      spec: { attacher: 'a.b', nodeName: 'n', source: { persistentVolumeName: 'v' } },
    },
  },
  {
    path: '/apis/autoscaling/v1/namespaces/{{ns}}/horizontalpodautoscalers',
    object: {
      metadata: { name: 'hpa' },
      spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
    },
  },
  {
    path: '/apis/autoscaling/v2/namespaces/{{ns}}/horizontalpodautoscalers',
    object: {
      metadata: { name: 'hpa2' },
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
        behavior: { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 10 }] } },
      },
    },
  },
  {
    path: '/apis/networking.k8s.io/v1/namespaces/{{ns}}/networkpolicies',
    object: {
      metadata: { name: 'np' },
      spec: {
        podSelector: { matchLabels: { a: 'b' } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }], ports: [{ port: 80 }] }],
        egress: [{ to: [{ podSelector: {} }], ports: [{ port: 'http', protocol: 'UDP' }] }],
      },
    },
  },
  {
    path: '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
    object: {
      metadata: { name: 'fs-{{run}}' },
      spec: {
        priorityLevelConfiguration: { name: 'global-default' },
        matchingPrecedence: 500,
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'a' } }],
            resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['a'] }],
          },
        ],
      },
    },
  },
  {
    path: '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
    object: {
      metadata: { name: 'plc-{{run}}' },
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 5,
          limitResponse: { type: 'Queue', queuing: { queues: 8, handSize: 4, queueLengthLimit: 10 } },
        },
      },
    },
  },
  {
    path: '/apis/apps/v1/namespaces/{{ns}}/deployments',
    object: {
      metadata: { name: 'd3' },
      spec: {
        selector: { matchLabels: { app: 'x' }, matchExpressions: [{ key: 'app', operator: 'In', values: ['x'] }] },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
        template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
      },
    },
  },
  {
    path: '/api/v1/namespaces/{{ns}}/pods',
    object: {
      metadata: { name: 'p3', labels: { app: 'x' } },
      spec: {
        nodeName: 'n',
        hostname: 'h',
        serviceAccountName: 'a',
        securityContext: {
          runAsUser: 1,
          seccompProfile: { type: 'RuntimeDefault' },
          sysctls: [{ name: 'a', value: 'b' }],
        },
        tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }],
            },
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 5, preference: { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] } },
            ],
          },
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'x' } } },
            ],
          },
        },
        initContainers: [{ name: 'i', image: 'i', restartPolicy: 'Always' }],
        containers: [
          {
            name: 'c',
            image: 'nginx',
            envFrom: [{ configMapRef: { name: 'a' } }],
            env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }],
            resources: { requests: { cpu: '1' }, limits: { cpu: '2' } },
            ports: [{ containerPort: 80, hostPort: 80, name: 'http' }],
            volumeMounts: [{ name: 'v', mountPath: '/x' }],
            livenessProbe: { exec: { command: ['a'] } },
            lifecycle: { preStop: { sleep: { seconds: 5 } } },
          },
        ],
        volumes: [{ name: 'v', configMap: { name: 'a', items: [{ key: 'a', path: 'b' }] } }],
      },
    },
  },
];

/** Pods of templates are looked into once, and so are the claims of pods. */
const alike = /template\.spec\.(?!containers$|containers\.0\.(?:name|image)$|restartPolicy$)/;

export const samples: readonly Sample[] = [...minimal, ...more].map(({ path, object }) => {
  const [, groupVersion = '', plural = ''] = /^\/apis?\/(.*?)\/(?:namespaces\/\{\{ns\}\}\/)?([a-z]+)$/.exec(path) ?? [];
  const served = servedResources()
    .find((each) => each.groupVersion === groupVersion)
    ?.resources.find(({ name }) => name === plural);
  if (served === undefined) throw new Error(`no kind is served at ${path}`);
  const { name } = (object as { metadata: { name: string } }).metadata;
  const whole = served.kind === 'Pod';
  return {
    name: `${served.kind} ${name.replace('-{{run}}', '')} (${groupVersion})`,
    path,
    apiVersion: groupVersion,
    kind: served.kind,
    object,
    status: (served.subresources ?? []).some((subresource) => subresource.name === 'status'),
    skip: (field) => !whole && alike.test(field),
  };
});
