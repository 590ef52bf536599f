import type { Subject } from '../case.ts';
import {
  configMap,
  core,
  deployment,
  events,
  get,
  inGroup,
  patch,
  pod,
  post,
  put,
  remove,
  send,
  watch,
} from '../steps.ts';

const CMS = `${core}/configmaps`;
const PODS = `${core}/pods`;
const DEPLOYMENTS = `${inGroup('apps/v1')}/deployments`;
const options = (rest: object): object => ({ kind: 'DeleteOptions', apiVersion: 'v1', ...rest });

/** D31–D37: deleting objects. */
export const deletes: Subject = {
  id: 'delete',
  cases: [
    {
      name: 'a deletion answers with a Status or with the object, by kind',
      steps: [
        post(CMS, configMap('a'), { unrecorded: true }),
        remove(`${CMS}/a`),
        post(`${core}/secrets`, { metadata: { name: 's' } }, { unrecorded: true }),
        remove(`${core}/secrets/s`),
        post(`${core}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } }, { unrecorded: true }),
        remove(`${core}/services/s`),
        post(`${core}/serviceaccounts`, { metadata: { name: 's' } }, { unrecorded: true }),
        remove(`${core}/serviceaccounts/s`),
        post(
          `${core}/persistentvolumeclaims`,
          {
            metadata: { name: 'c' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } },
          },
          { unrecorded: true },
        ),
        remove(`${core}/persistentvolumeclaims/c`),
        post(`${core}/resourcequotas`, { metadata: { name: 'q' }, spec: {} }, { unrecorded: true }),
        remove(`${core}/resourcequotas/q`),
        post(
          `${core}/podtemplates`,
          { metadata: { name: 't' }, template: { spec: { containers: [{ name: 'c', image: 'i' }] } } },
          { unrecorded: true },
        ),
        remove(`${core}/podtemplates/t`),
        post(DEPLOYMENTS, deployment('d'), { unrecorded: true }),
        remove(`${DEPLOYMENTS}/d`),
        post(`${inGroup('rbac.authorization.k8s.io/v1')}/roles`, { metadata: { name: 'r' } }, { unrecorded: true }),
        remove(`${inGroup('rbac.authorization.k8s.io/v1')}/roles/r`),
        post(`${core}/limitranges`, { metadata: { name: 'l' }, spec: { limits: [] } }, { unrecorded: true }),
        remove(`${core}/limitranges/l`),
        post(`${inGroup('coordination.k8s.io/v1')}/leases`, { metadata: { name: 'l' } }, { unrecorded: true }),
        remove(`${inGroup('coordination.k8s.io/v1')}/leases/l`),
        post(
          '/apis/storage.k8s.io/v1/storageclasses',
          { metadata: { name: 's-{{run}}' }, provisioner: 'p' },
          { unrecorded: true },
        ),
        remove('/apis/storage.k8s.io/v1/storageclasses/s-{{run}}'),
        post('/api/v1/nodes', { metadata: { name: 'n-{{run}}' } }, { unrecorded: true }),
        remove('/api/v1/nodes/n-{{run}}'),
        post(
          '/api/v1/persistentvolumes',
          {
            metadata: { name: 'v-{{run}}' },
            spec: { capacity: { storage: '1' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } },
          },
          { unrecorded: true },
        ),
        remove('/api/v1/persistentvolumes/v-{{run}}'),
        ...(
          [
            ['csidrivers', { spec: {} }],
            ['csinodes', { spec: { drivers: [] } }],
            ['volumeattachments', { spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'p' } } }],
            ['namespaces/{{ns}}/csistoragecapacities', { storageClassName: 's' }],
          ] as const
        ).flatMap(([resource, rest]) => [
          post(
            `/apis/storage.k8s.io/v1/${resource}`,
            { metadata: { name: 'k-{{run}}' }, ...rest },
            { unrecorded: true },
          ),
          remove(`/apis/storage.k8s.io/v1/${resource}/k-{{run}}`),
        ]),
        post(
          `${core}/replicationcontrollers`,
          {
            metadata: { name: 'r' },
            spec: {
              selector: { a: 'b' },
              template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
            },
          },
          { unrecorded: true },
        ),
        remove(`${core}/replicationcontrollers/r`),
      ],
    },
    {
      name: 'finalizers keep a deleted object until the last one is gone',
      steps: [
        post(CMS, configMap('a', { data: { k: 'v' } }, { finalizers: ['ex.io/a', 'ex.io/b'] }), {
          save: { rv: 'metadata.resourceVersion' },
        }),
        watch('w', `${CMS}?watch=true&resourceVersion={{rv}}`),
        remove(`${CMS}/a`),
        remove(`${CMS}/a`),
        post(CMS, configMap('a')),
        patch(`${CMS}/a`, 'merge', { data: { k: 'w' } }),
        patch(`${CMS}/a`, 'merge', { metadata: { finalizers: ['ex.io/a', 'ex.io/b', 'ex.io/c'] } }),
        patch(`${CMS}/a`, 'merge', { metadata: { finalizers: ['ex.io/b'] } }),
        patch(`${CMS}/a`, 'merge', { metadata: { deletionTimestamp: null } }),
        put(`${CMS}/a`, configMap('a', {}, { finalizers: ['ex.io/b'] })),
        patch(`${CMS}/a?dryRun=All`, 'merge', { metadata: { finalizers: [] } }),
        patch(`${CMS}/a`, 'merge', { metadata: { finalizers: [] } }),
        get(`${CMS}/a`),
        events('w', 5),
      ],
    },
    {
      name: 'preconditions have to hold',
      steps: [
        post(CMS, configMap('a'), { save: { uid: 'metadata.uid', rv: 'metadata.resourceVersion' } }),
        remove(`${CMS}/a`, options({ preconditions: { uid: 'x' } })),
        remove(`${CMS}/a`, options({ preconditions: { resourceVersion: '1' } })),
        remove(`${CMS}/a`, options({ preconditions: { resourceVersion: 'abc' } })),
        remove(`${CMS}/a?dryRun=All`, options({ preconditions: { uid: '{{uid}}', resourceVersion: '{{rv}}' } })),
        remove(`${CMS}/a`, options({ preconditions: { uid: '{{uid}}', resourceVersion: '{{rv}}' } })),
        remove(`${CMS}/a`, options({ preconditions: { uid: '{{uid}}' } })),
      ],
    },
    {
      name: 'delete options come in the query or the body and are checked',
      steps: [
        post(CMS, configMap('a', {}, { finalizers: ['ex.io/a'] })),
        remove(`${CMS}/a?propagationPolicy=Bogus`),
        remove(`${CMS}/a`, options({ propagationPolicy: 'Bogus' })),
        remove(`${CMS}/a`, options({ propagationPolicy: 'Foreground', orphanDependents: true })),
        remove(`${CMS}/a`, { kind: 'Foo', apiVersion: 'v1' }),
        remove(`${CMS}/a`, { kind: 'DeleteOptions', apiVersion: 'v2' }),
        remove(`${CMS}/a`, options({ bogus: 1, dryRun: ['All'] })),
        remove(`${CMS}/a`, options({ dryRun: ['Some'] })),
        remove(`${CMS}/a`, options({ gracePeriodSeconds: 'x' })),
        remove(`${CMS}/a?gracePeriodSeconds=abc`),
        remove(`${CMS}/a`, {}, { save: {} }),
        send(`DELETE ${CMS}/a`, { text: '{bad' }),
        send(`DELETE ${CMS}/a`, { text: 'kind: DeleteOptions\napiVersion: v1\ndryRun: [All]\n' }, 'application/yaml'),
        send(`DELETE ${CMS}/a`, { text: '{}' }, 'text/plain'),
        remove(`${CMS}/a`, { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', dryRun: ['All'] }),
        remove(`${CMS}/a`, { kind: 'DeleteOptions', apiVersion: 'apps/v1', dryRun: ['All'] }),
      ],
    },
    {
      name: 'propagation policies add and remove their finalizers',
      steps: [
        ...['Foreground', 'Orphan', 'Background'].flatMap((policy) => {
          const name = policy.toLowerCase();
          return [
            post(CMS, configMap(name), { unrecorded: true }),
            remove(`${CMS}/${name}?propagationPolicy=${policy}`),
            get(`${CMS}/${name}`),
          ];
        }),
        post(CMS, configMap('both', {}, { finalizers: ['ex.io/a'] })),
        remove(`${CMS}/both?propagationPolicy=Foreground`),
        remove(`${CMS}/both?propagationPolicy=Orphan`),
        remove(`${CMS}/both?propagationPolicy=Background`),
        remove(`${CMS}/both?orphanDependents=true`),
        remove(`${CMS}/both?orphanDependents=false`),
        patch(`${CMS}/both`, 'merge', { metadata: { finalizers: null } }),
        post(CMS, configMap('waits', {}, { finalizers: ['foregroundDeletion'] })),
        remove(`${CMS}/waits`),
        remove(`${CMS}/waits?propagationPolicy=Background`),
        post(DEPLOYMENTS, deployment('d'), { unrecorded: true }),
        remove(`${DEPLOYMENTS}/d`, options({ propagationPolicy: 'Foreground' })),
      ],
    },
    {
      name: 'a job orphans its pods unless told otherwise, and says so',
      steps: [
        ...['', '?propagationPolicy=Background', '?propagationPolicy=Foreground'].flatMap((query, at) => [
          post(
            `${inGroup('batch/v1')}/jobs`,
            {
              metadata: { name: `j${at}` },
              spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
            },
            { unrecorded: true },
          ),
          remove(`${inGroup('batch/v1')}/jobs/j${at}${query}`),
        ]),
      ],
    },
    {
      name: 'a collection is deleted by selector, and the list says what went',
      steps: [
        ...['a', 'b', 'c', 'd'].map((name) =>
          post(CMS, configMap(name, {}, { labels: { half: name < 'c' ? 'first' : 'second' } }), { unrecorded: true }),
        ),
        post(CMS, configMap('kept', {}, { finalizers: ['ex.io/f'], labels: { half: 'second' } }), { unrecorded: true }),
        remove(`${CMS}?labelSelector=half%3Dfirst`),
        get(CMS, { keep: ['items.0.metadata.name', 'items.1.metadata.name', 'items.2.metadata.name', 'items.3'] }),
        remove(`${CMS}?fieldSelector=metadata.name%3Dc`),
        remove(`${CMS}?labelSelector=none`),
        remove(`${CMS}?labelSelector=a%20b`),
        remove(CMS, options({ dryRun: ['All'] })),
        remove(CMS, options({ propagationPolicy: 'Bogus' })),
        remove(CMS),
        get(CMS),
        patch(`${CMS}/kept`, 'merge', { metadata: { finalizers: null } }),
        get(CMS),
      ],
    },
    {
      name: 'pods end gracefully, sooner when asked again, at once with grace 0',
      steps: [
        post(PODS, pod('unscheduled')),
        remove(`${PODS}/unscheduled`),
        get(`${PODS}/unscheduled`),
        post(PODS, pod('running', { nodeName: 'node' }), { save: { rv: 'metadata.resourceVersion' } }),
        watch('w', `${PODS}?watch=true&resourceVersion={{rv}}`),
        remove(`${PODS}/running?gracePeriodSeconds=20`),
        remove(`${PODS}/running?gracePeriodSeconds=60`),
        remove(`${PODS}/running`),
        remove(`${PODS}/running?gracePeriodSeconds=10`),
        remove(`${PODS}/running?gracePeriodSeconds=0`),
        get(`${PODS}/running`),
        events('w', 3),
        post(PODS, pod('default', { nodeName: 'node' }), { unrecorded: true }),
        remove(`${PODS}/default`),
        remove(`${PODS}/default`, options({ gracePeriodSeconds: -5 })),
        remove(`${PODS}/default`, options({ gracePeriodSeconds: 0, preconditions: { uid: 'x' } })),
        remove(`${PODS}/default`, options({ gracePeriodSeconds: 0 })),
        post(PODS, pod('done', { nodeName: 'node' }), { unrecorded: true }),
        patch(`${PODS}/done/status`, 'merge', { status: { phase: 'Succeeded' } }, { unrecorded: true }),
        remove(`${PODS}/done`),
        post(PODS, pod('final', { nodeName: 'node' }, { finalizers: ['ex.io/f'] }), { unrecorded: true }),
        remove(`${PODS}/final?gracePeriodSeconds=5`),
        patch(`${PODS}/final`, 'merge', { metadata: { finalizers: null } }),
        remove(`${PODS}/final?gracePeriodSeconds=0`),
        get(`${PODS}/final`),
      ],
    },
    {
      name: 'a namespace is terminating until it is finalized',
      clusterWide: true,
      steps: [
        post('/api/v1/namespaces', { metadata: { name: 'x-{{run}}' } }),
        remove('/api/v1/namespaces/x-{{run}}', options({ propagationPolicy: 'Foreground' })),
        put('/api/v1/namespaces/x-{{run}}', { metadata: { name: 'x-{{run}}', labels: { a: 'b' } } }),
        put('/api/v1/namespaces/x-{{run}}/finalize', {
          kind: 'Namespace',
          apiVersion: 'v1',
          metadata: { name: 'x-{{run}}' },
          spec: { finalizers: [] },
        }),
        get('/api/v1/namespaces/x-{{run}}'),
        remove('/api/v1/namespaces/x-{{run}}'),
        get('/api/v1/namespaces/x-{{run}}'),
      ],
    },
  ],
};
