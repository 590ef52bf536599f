import type { RequestStep, Subject } from '../case.ts';
import { as, configMap, core, get, grant, patch, pod, post, put, remove } from '../steps.ts';

const PODS = `${core}/pods`;
const CMS = `${core}/configmaps`;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces';
const NAMESPACE = '/api/v1/namespaces/{{ns}}';
const unrecorded = { unrecorded: true } as const;
const tolerations = { keep: ['spec.tolerations', 'message', 'code'] };

const asUser = as('{{run}}');

/** Says something to the namespace of the case, until a pod shows it. */
const annotated = (annotations: object, spec: object, until: RequestStep['until']): RequestStep[] => [
  patch(NAMESPACE, 'merge', { metadata: { annotations } }, unrecorded),
  post(`${PODS}?dryRun=All`, pod('probe', spec), { ...(until && { until }) }),
];

const owner = (name: string, rest: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid: '00000000-0000-0000-0000-000000000001',
  ...rest,
});

/** Admission plugins that work only when they are enabled. */
export const optionalPlugins: Subject = {
  id: 'optional-plugins',
  flags: [
    '--enable-admission-plugins=AlwaysAdmit,NamespaceExists,LimitPodHardAntiAffinityTopology,AlwaysPullImages,PodNodeSelector,PodTolerationRestriction,EventRateLimit,ExtendedResourceToleration,OwnerReferencesPermissionEnforcement,DenyServiceExternalIPs',
    '--admission-control-config-file={{files}}/admission.json',
  ],
  files: {
    'admission.json': JSON.stringify({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AdmissionConfiguration',
      plugins: [
        {
          name: 'EventRateLimit',
          configuration: {
            apiVersion: 'eventratelimit.admission.k8s.io/v1alpha1',
            kind: 'Configuration',
            limits: [
              { type: 'Namespace', qps: 1, burst: 2 },
              { type: 'SourceAndObject', qps: 1, burst: 1 },
            ],
          },
        },
        {
          name: 'PodNodeSelector',
          configuration: { podNodeSelectorPluginConfig: { clusterDefaultNodeSelector: 'zone=default', most: 'a=b' } },
        },
        {
          name: 'PodTolerationRestriction',
          configuration: {
            apiVersion: 'podtolerationrestriction.admission.k8s.io/v1alpha1',
            kind: 'Configuration',
            default: [{ key: 'cluster', operator: 'Exists', effect: 'NoSchedule' }],
          },
        },
      ],
    }),
  },
  cases: [
    {
      name: 'images are pulled for every pod, and for changed images',
      steps: [
        post(
          PODS,
          pod('a', {
            initContainers: [{ name: 'i', image: 'x:1', imagePullPolicy: 'Never' }],
            containers: [{ name: 'c', image: 'x:1', imagePullPolicy: 'IfNotPresent' }],
          }),
          { keep: ['spec.containers', 'spec.initContainers'] },
        ),
        patch(
          `${PODS}/a`,
          'strategic',
          { spec: { containers: [{ name: 'c', image: 'x:2' }] } },
          {
            keep: ['spec.containers'],
          },
        ),
      ],
    },
    {
      name: 'pods select the nodes of their namespace',
      steps: [
        post(PODS, pod('a'), { keep: ['spec.nodeSelector'] }),
        post(PODS, pod('b', { nodeSelector: { zone: 'other' } })),
        ...annotated({ 'scheduler.alpha.kubernetes.io/node-selector': 'disk=ssd, zone = a' }, {}, { text: '"disk"' }),
        post(PODS, pod('b', { nodeSelector: { own: 'yes', zone: 'a' } }), { keep: ['spec.nodeSelector'] }),
        post(PODS, pod('c', { nodeSelector: { disk: 'hdd' } })),
        post(PODS, {
          metadata: { generateName: 'g-' },
          spec: { ...pod('c'), nodeSelector: { disk: 'hdd' }, containers: [{ name: 'c', image: 'i' }] },
        }),
        patch(`${PODS}/b`, 'merge', { metadata: { labels: { a: 'b' } } }, { keep: ['spec.nodeSelector'] }),
        ...annotated(
          { 'scheduler.alpha.kubernetes.io/node-selector': '' },
          { nodeSelector: { disk: 'hdd' } },
          { status: 201 },
        ),
        post(PODS, pod('d'), { keep: ['spec.nodeSelector'] }),
        ...annotated({ 'scheduler.alpha.kubernetes.io/node-selector': 'nonsense' }, {}, { status: 500 }),
        post(PODS, pod('e')),
        ...annotated({ 'scheduler.alpha.kubernetes.io/node-selector': 'a b=c' }, {}, { text: 'a b' }),
        post(PODS, pod('e')),
        ...annotated({ 'scheduler.alpha.kubernetes.io/node-selector': 'a=c d' }, {}, { text: 'c d' }),
        post(PODS, pod('e')),
        post('/api/v1/namespaces', { metadata: { name: 'most' } }, unrecorded),
        post('/api/v1/namespaces/most/pods?dryRun=All', pod('f', { nodeSelector: { zone: 'default' } })),
        post('/api/v1/namespaces/most/pods?dryRun=All', pod('f')),
        patch(
          '/api/v1/namespaces/most',
          'merge',
          { metadata: { annotations: { 'scheduler.alpha.kubernetes.io/node-selector': 'a=b' } } },
          unrecorded,
        ),
        post('/api/v1/namespaces/most/pods?dryRun=All', pod('f'), { until: { status: 201 } }),
        post('/api/v1/namespaces/most/pods?dryRun=All', pod('f'), { keep: ['spec.nodeSelector'] }),
      ],
    },
    {
      name: 'pods tolerate what their namespace says, and no more than it allows',
      steps: [
        post(PODS, pod('a'), tolerations),
        post(PODS, pod('b', { tolerations: [{ key: 'cluster', operator: 'Exists' }] }), tolerations),
        post(
          PODS,
          pod('c', { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }] }),
          tolerations,
        ),
        ...annotated(
          {
            'scheduler.alpha.kubernetes.io/defaultTolerations':
              '[{"key":"own","operator":"Equal","value":"v","effect":"NoExecute","tolerationSeconds":5}]',
          },
          {},
          { text: '"own"' },
        ),
        post(PODS, pod('d'), tolerations),
        post(
          PODS,
          pod('e', { tolerations: [{ key: 'own', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 9 }] }),
          tolerations,
        ),
        ...annotated(
          {
            'scheduler.alpha.kubernetes.io/tolerationsWhitelist':
              '[{"key":"own"},{"key":"wide","operator":"Exists"},{"operator":"Exists","effect":"NoExecute"}]',
          },
          { tolerations: [{ key: 'x', operator: 'Exists', effect: 'NoSchedule' }] },
          { status: 500 },
        ),
        post(PODS, pod('f', { tolerations: [{ key: 'wide', operator: 'Equal', value: 'v' }] }), tolerations),
        post(PODS, pod('g', { tolerations: [{ key: 'x', operator: 'Exists', effect: 'NoSchedule' }] }), tolerations),
        patch(
          `${PODS}/f`,
          'json',
          [{ op: 'add', path: '/spec/tolerations/-', value: { key: 'x', operator: 'Exists' } }],
          tolerations,
        ),
        ...annotated(
          {
            'scheduler.alpha.kubernetes.io/tolerationsWhitelist': '',
            'scheduler.alpha.kubernetes.io/defaultTolerations': '',
          },
          { tolerations: [{ key: 'x', operator: 'Exists' }] },
          { status: 201 },
        ),
        post(PODS, pod('h'), tolerations),
        ...annotated({ 'scheduler.alpha.kubernetes.io/defaultTolerations': 'nonsense' }, {}, { status: 500 }),
        post(PODS, pod('i'), tolerations),
      ],
    },
    {
      name: 'devices, anti-affinity and addresses',
      steps: [
        post(
          PODS,
          pod('a', {
            containers: [
              {
                name: 'c',
                image: 'i',
                resources: {
                  requests: { 'example.com/b': 1, 'example.com/a': 1 },
                  limits: { 'example.com/b': 1, 'example.com/a': 1 },
                },
              },
            ],
          }),
          tolerations,
        ),
        post(
          PODS,
          pod('b', {
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {}, topologyKey: 'zone' }],
              },
            },
          }),
        ),
        post(`${core}/services`, {
          metadata: { name: 's' },
          spec: { ports: [{ port: 80 }], externalIPs: ['192.0.2.1'] },
        }),
      ],
    },
    {
      name: 'what is in a namespace that does not exist cannot be written',
      steps: [
        post('/api/v1/namespaces/nope-{{run}}/configmaps', configMap('a')),
        put('/api/v1/namespaces/nope-{{run}}/configmaps/a', configMap('a')),
        remove('/api/v1/namespaces/nope-{{run}}/configmaps/a'),
        get('/api/v1/namespaces/nope-{{run}}/configmaps/a'),
        put(`${LEASES}/nope-{{run}}/leases/a`, { metadata: { name: 'a' } }),
      ],
    },
    {
      name: 'events beyond their limits are refused',
      steps: [
        ...['a', 'b'].map((name) =>
          post(
            `${core}/events?dryRun=All`,
            {
              metadata: { name },
              involvedObject: { kind: 'Pod', namespace: '{{ns}}', name: 'p' },
            },
            { keep: ['kind'] },
          ),
        ),
        post(
          `${core}/events`,
          {
            metadata: { generateName: 'e-' },
            source: { component: 'c', host: 'h' },
            involvedObject: { kind: 'Pod', namespace: '{{ns}}', name: 'p', uid: 'u', apiVersion: 'v1' },
          },
          { until: { text: 'SourceAndObject for key ' } },
        ),
        post(
          `${core}/events`,
          { metadata: { generateName: 'e-' }, involvedObject: { namespace: '{{ns}}' } },
          { until: { status: 429 } },
        ),
        post(`${core}/events`, {
          metadata: { generateName: 'e-' },
          source: { component: 'c', host: 'h' },
          involvedObject: { kind: 'Pod', namespace: '{{ns}}', name: 'p', uid: 'u', apiVersion: 'v1' },
        }),
      ],
    },
    {
      name: 'an owner is given by those who may delete the object, and one that waits by those who may finalize it',
      steps: [
        ...grant('write', { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'update', 'patch', 'get'] }),
        post(`${CMS}?dryRun=All`, configMap('probe'), { ...asUser, until: { status: 201 } }),
        post(CMS, configMap('a', {}, { ownerReferences: [owner('o')] }), { ...asUser, keep: ['kind', 'message'] }),
        post(CMS, configMap('b', {}, { ownerReferences: [owner('o', { blockOwnerDeletion: true })] }), asUser),
        post(
          CMS,
          configMap('b', {}, { ownerReferences: [owner('o', { kind: 'Nope', blockOwnerDeletion: true })] }),
          asUser,
        ),
        post(
          CMS,
          configMap(
            'b',
            {},
            {
              ownerReferences: [owner('o', { apiVersion: 'v1', kind: 'Node', blockOwnerDeletion: true })],
            },
          ),
          asUser,
        ),
        patch(`${CMS}/a`, 'merge', { data: { a: 'b' } }, { ...asUser, keep: ['data'] }),
        patch(`${CMS}/a`, 'merge', { metadata: { ownerReferences: null } }, asUser),
        ...grant('delete', { apiGroups: [''], resources: ['configmaps'], verbs: ['delete'] }),
        patch(
          `${CMS}/a?dryRun=All`,
          'merge',
          { metadata: { ownerReferences: null } },
          { ...asUser, until: { status: 200 } },
        ),
        patch(
          `${CMS}/a`,
          'merge',
          { metadata: { ownerReferences: [owner('o', { blockOwnerDeletion: true })] } },
          asUser,
        ),
        ...grant('finalize', { apiGroups: [''], resources: ['configmaps/finalizers'], verbs: ['update'] }),
        patch(
          `${CMS}/a?dryRun=All`,
          'merge',
          { metadata: { ownerReferences: [owner('o', { blockOwnerDeletion: true })] } },
          { ...asUser, until: { status: 200 } },
        ),
        patch(
          `${CMS}/a`,
          'merge',
          { metadata: { ownerReferences: [owner('o', { blockOwnerDeletion: true })] } },
          { ...asUser, keep: ['metadata.ownerReferences'] },
        ),
      ],
    },
  ],
};

/** A plugin that goes together with none that wants namespaces to exist. */
export const namespaceProvision: Subject = {
  id: 'namespace-provision',
  flags: ['--enable-admission-plugins=NamespaceAutoProvision'],
  cases: [
    {
      name: 'namespaces come into being with what is created in them',
      clusterWide: true,
      steps: [
        post('/api/v1/namespaces/new-{{run}}/configmaps?dryRun=All', configMap('a')),
        put('/api/v1/namespaces/new-{{run}}/configmaps/a', configMap('a')),
        post('/api/v1/namespaces/new-{{run}}/configmaps', configMap('a')),
        get('/api/v1/namespaces/new-{{run}}'),
        post('/api/v1/namespaces/new-{{run}}/configmaps', configMap('b'), { keep: ['kind'] }),
        put(`${LEASES}/lease-{{run}}/leases/a`, { metadata: { name: 'a' } }),
        remove('/api/v1/namespaces/new-{{run}}', undefined, unrecorded),
        remove('/api/v1/namespaces/lease-{{run}}', undefined, unrecorded),
      ],
    },
  ],
};
