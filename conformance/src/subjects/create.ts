import type { Subject } from '../case.ts';
import { configMap, core, deployment, get, inGroup, pod, post, put, remove, send } from '../steps.ts';

const CMS = `${core}/configmaps`;
const LONG = 'a'.repeat(70);

/** D6–D11: creating objects and reading them back. */
export const create: Subject = {
  id: 'create',
  cases: [
    {
      name: 'an object is created once, read, listed and deleted',
      steps: [
        post(CMS, configMap('a', { data: { k: 'v' } })),
        post(CMS, configMap('a')),
        get(`${CMS}/a`),
        get(CMS),
        get(`${CMS}/b`),
        remove(`${CMS}/a`),
        get(`${CMS}/a`),
        remove(`${CMS}/a`),
      ],
    },
    {
      name: 'generateName makes a name, and a name or generateName is required',
      steps: [
        post(CMS, { metadata: { generateName: 'gen-' } }),
        post(CMS, { metadata: { generateName: `${LONG}-` } }, { keep: ['metadata.generateName', 'kind'] }),
        post(CMS, { metadata: {} }),
        post(CMS, {}),
        post(CMS, { metadata: { name: 'named', generateName: 'gen-' } }),
        post(`${core}/pods`, { metadata: {}, spec: { containers: [{ name: 'c', image: 'i' }] } }),
        post('/api/v1/namespaces?dryRun=All', { metadata: { generateName: 'gen-' } }),
      ],
    },
    {
      name: 'names are checked by the rules of the kind',
      steps: [
        post(CMS, configMap('Bad_Name')),
        post(CMS, configMap('a..b')),
        post(CMS, configMap('-a')),
        post(CMS, configMap('a'.repeat(254))),
        post(`${core}/services`, { metadata: { name: '1a' }, spec: { ports: [{ port: 80 }] } }),
        post(`${core}/services`, { metadata: { name: 'a.b' }, spec: { ports: [{ port: 80 }] } }),
        post('/api/v1/namespaces', { metadata: { name: 'a.b' } }),
        post('/api/v1/namespaces', { metadata: { name: LONG } }),
        post('/apis/rbac.authorization.k8s.io/v1/clusterroles', { metadata: { name: 'a/b' } }),
        post(`${inGroup('rbac.authorization.k8s.io/v1')}/roles`, { metadata: { name: 'a:B_c' }, rules: [] }),
        post(CMS, { metadata: { generateName: 'Bad_' } }, { keep: ['reason', 'code', 'details.causes.0.field'] }),
        post(`${inGroup('batch/v1')}/cronjobs`, {
          metadata: { name: 'c'.repeat(60) },
          spec: {
            schedule: '* * * * *',
            jobTemplate: {
              spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } },
            },
          },
        }),
      ],
    },
    {
      name: 'metadata of the system that a client sends is not taken over',
      steps: [
        post(CMS, configMap('rv', {}, { resourceVersion: '5' })),
        post(CMS, configMap('uid', {}, { uid: 'mine', generation: 7, creationTimestamp: '2001-01-01T00:00:00Z' })),
        post(CMS, configMap('del', {}, { deletionTimestamp: '2001-01-01T00:00:00Z', deletionGracePeriodSeconds: 5 })),
        post(CMS, configMap('self', {}, { selfLink: '/x' })),
        post(`${inGroup('apps/v1')}/deployments`, {
          ...deployment('gen'),
          metadata: { name: 'gen', generation: 7 },
          status: { replicas: 5 },
        }),
        post(CMS, configMap('mf', {}, { managedFields: [] })),
      ],
    },
    {
      name: 'the namespace is that of the URL and has to exist',
      steps: [
        post(CMS, configMap('a', {}, { namespace: 'other' })),
        post(CMS, configMap('a', {}, { namespace: '{{ns}}' })),
        post('/api/v1/namespaces/nope/configmaps', configMap('a')),
        get('/api/v1/namespaces/nope/configmaps'),
        get('/api/v1/namespaces/nope/configmaps/a'),
        get('/api/v1/namespaces/nope'),
        post('/api/v1/configmaps', configMap('a', {}, { namespace: '{{ns}}' })),
        put(`${CMS}/a`, configMap('a', {}, { namespace: 'other' })),
        post('/apis/rbac.authorization.k8s.io/v1/clusterroles', { metadata: { name: 'c-{{run}}', namespace: 'x' } }),
      ],
    },
    {
      name: 'a namespace that is being deleted takes no new objects',
      steps: [
        post(CMS, configMap('old')),
        remove('/api/v1/namespaces/{{ns}}'),
        post(CMS, configMap('late')),
        post(`${core}/pods`, pod('late')),
        get('/api/v1/namespaces/{{ns}}'),
        remove('/api/v1/namespaces/{{ns}}'),
        remove(`${CMS}/old`),
      ],
    },
    {
      name: 'the system namespaces cannot be deleted',
      clusterWide: true,
      steps: [
        remove('/api/v1/namespaces/default'),
        remove('/api/v1/namespaces/kube-system'),
        remove('/api/v1/namespaces/kube-public'),
        remove('/api/v1/namespaces'),
        get('/api/v1/namespaces/default'),
        get('/api/v1/namespaces/kube-system'),
      ],
    },
    {
      name: 'kind and version of the body have to fit the URL',
      steps: [
        post(CMS, { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'a' } }),
        post(CMS, { kind: 'ConfigMap', apiVersion: 'v2', metadata: { name: 'a' } }),
        post(CMS, { kind: 'ConfigMap', apiVersion: 'apps/v1', metadata: { name: 'a' } }),
        post(CMS, { kind: 'Nonsense', apiVersion: 'v1', metadata: { name: 'a' } }),
        post(CMS, { kind: 'ConfigMap', metadata: { name: 'no-version' } }),
        post(CMS, { apiVersion: 'v1', metadata: { name: 'no-kind' } }),
        post(CMS, { metadata: { name: 'neither' } }),
        post(CMS, { kind: 'configmap', apiVersion: 'v1', metadata: { name: 'a' } }),
        post(CMS, { kind: 'ConfigMap', apiVersion: 'a/b/c', metadata: { name: 'a' } }),
        post(`${inGroup('apps/v1')}/deployments`, { ...deployment('a'), apiVersion: 'extensions/v1beta1' }),
        post(`${inGroup('apps/v1')}/deployments`, { ...deployment('a'), kind: 'StatefulSet' }),
        post(CMS, { kind: 5, metadata: { name: 'a' } }),
        post(CMS, { kind: 'ConfigMapList', apiVersion: 'v1', items: [] }),
      ],
    },
    {
      name: 'what is not JSON is refused with what is wrong',
      steps: [
        ...[
          '{bad',
          '',
          '[]',
          '"text"',
          '5',
          'null',
          '{"a":}',
          '{"metadata":{"name":"a"}',
          '{"a":1}}',
          '{"a":"\\q"}',
          '{"a":01}',
          '{"a":tru}',
          '{"a":"\u0001"}',
        ].map((text) => send(`POST ${CMS}`, { text })),
        { request: `POST ${CMS}` },
        send(`PUT ${CMS}/a`, { text: '{bad' }),
        send(`POST ${inGroup('apps/v1')}/deployments`, { text: '{"metadata":{"name":"a"},"spec":' }),
        send(`POST ${CMS}`, { text: '{"metadata":{"name":"ok"}}  \n' }),
        send(`POST ${CMS}`, { text: '{"metadata":{"name":"trail"}} x' }),
      ],
    },
    {
      name: 'a value of the wrong type is refused with the field and its Go type',
      steps: [
        post(`${inGroup('apps/v1')}/deployments`, deployment('a', { replicas: 'three' })),
        post(`${inGroup('apps/v1')}/deployments`, deployment('a', { replicas: 1.5 })),
        post(`${inGroup('apps/v1')}/deployments`, deployment('a', { replicas: 3000000000 })),
        post(`${inGroup('apps/v1')}/deployments`, deployment('a', { paused: 'yes' })),
        post(`${inGroup('apps/v1')}/deployments`, deployment('a', { template: 'x' })),
        post(`${inGroup('apps/v1')}/deployments`, deployment('a', {}, { image: 5 })),
        post(`${inGroup('apps/v1')}/deployments`, deployment('a', {}, { ports: {} })),
        post(`${inGroup('apps/v1')}/deployments`, deployment('a', {}, { env: [{ name: 'A', value: 1 }] })),
        post(`${inGroup('apps/v1')}/deployments`, deployment('a', {}, { resources: { limits: { cpu: 'abc' } } })),
        post(`${inGroup('apps/v1')}/deployments`, deployment('a', {}, { resources: { limits: { cpu: true } } })),
        post(`${inGroup('apps/v1')}/deployments`, deployment('a', {}, { resources: { limits: [] } })),
        post(CMS, configMap('a', { data: { k: 1 } })),
        post(CMS, configMap('a', { data: [] })),
        post(CMS, configMap('a', { data: { k: null } })),
        post(CMS, configMap('a2', { immutable: 'x' })),
        post(CMS, configMap('a', { binaryData: { k: '!!' } })),
        post(`${core}/secrets`, { metadata: { name: 's' }, data: { k: 'not base64!' } }),
        post(`${core}/secrets`, { metadata: { name: 's' }, data: { k: 5 } }),
        post(CMS, { metadata: 'x' }),
        post(CMS, { metadata: { name: 5 } }),
        post(CMS, { metadata: { name: 'a', labels: { x: 1 } } }),
        post(CMS, { metadata: { name: 'a', labels: ['x'] } }),
        post(CMS, { metadata: { name: 'a', creationTimestamp: 'yesterday' } }),
        post(CMS, { metadata: { name: 'a', ownerReferences: [{ controller: 'yes' }] } }),
        post(`${core}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: '80' }] } }),
        post(`${core}/services`, { metadata: { name: 's' }, spec: { ports: [{ port: 80, targetPort: true }] } }),
        post(`${core}/pods`, pod('p', { terminationGracePeriodSeconds: '5' })),
        post(`${core}/pods`, pod('p', { securityContext: { runAsUser: 1e3 } })),
      ],
    },
    {
      name: 'large and odd numbers are read as Go reads them',
      steps: [
        send(`POST ${core}/pods`, {
          text: '{"metadata":{"name":"p"},"spec":{"securityContext":{"runAsUser":9007199254740993},"containers":[{"name":"c","image":"i"}]}}',
        }),
        send(`POST ${inGroup('apps/v1')}/deployments`, {
          text: '{"metadata":{"name":"a"},"spec":{"replicas":1.0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}',
        }),
        send(`POST ${inGroup('apps/v1')}/deployments`, {
          text: '{"metadata":{"name":"b"},"spec":{"replicas":1e1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}',
        }),
        send(`POST ${core}/pods`, {
          text: '{"metadata":{"name":"q"},"spec":{"terminationGracePeriodSeconds":99999999999999999999,"containers":[{"name":"c","image":"i"}]}}',
        }),
        send(`POST ${core}/services`, {
          text: '{"metadata":{"name":"s"},"spec":{"ports":[{"port":80,"targetPort":8080.5}]}}',
        }),
      ],
    },
    {
      name: 'labels, annotations, finalizers and owners are validated',
      steps: [
        post(CMS, configMap('a', {}, { labels: { 'bad key!': 'v' } })),
        post(CMS, configMap('a', {}, { labels: { k: 'bad value!' } })),
        post(CMS, configMap('a', {}, { labels: { 'a/b/c': 'v' } })),
        post(CMS, configMap('a', {}, { labels: { '': 'v' } })),
        post(CMS, configMap('a', {}, { labels: { k: LONG } })),
        post(CMS, configMap('a', {}, { annotations: { 'Bad Key': 'v' } })),
        post(CMS, configMap('a', {}, { annotations: { big: 'x'.repeat(262_145) } })),
        post(CMS, configMap('a', {}, { finalizers: ['nodomain'] })),
        post(CMS, configMap('a', {}, { finalizers: ['bad finalizer/x y'] })),
        post(CMS, configMap('a', {}, { finalizers: ['kubernetes'] })),
        post(CMS, configMap('a', {}, { ownerReferences: [{}] })),
        post(CMS, configMap('a', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'e', uid: 'u' }] })),
        post(
          CMS,
          configMap(
            'a',
            {},
            {
              ownerReferences: ['x', 'y'].map((name) => ({
                apiVersion: 'v1',
                kind: 'Pod',
                name,
                uid: name,
                controller: true,
              })),
            },
          ),
        ),
        post(
          CMS,
          configMap(
            'dup-owner',
            {},
            {
              ownerReferences: ['x', 'x'].map((name) => ({ apiVersion: 'v1', kind: 'Pod', name, uid: name })),
            },
          ),
        ),
        post(CMS, configMap('a', {}, { finalizers: ['foregroundDeletion', 'orphan'] })),
      ],
    },
    {
      name: 'data of config maps and secrets is validated',
      steps: [
        post(CMS, configMap('a', { data: { 'bad key': 'v' } })),
        post(CMS, configMap('a', { data: { '..': 'v' } })),
        post(CMS, configMap('a', { data: { k: 'v' }, binaryData: { k: 'dg==' } })),
        post(CMS, configMap('big', { data: { k: 'x'.repeat(1_048_577) } })),
        post(`${core}/secrets`, { metadata: { name: 's' }, stringData: { k: 'v' }, data: { k: 'eA==', l: 'eQ==' } }),
        post(`${core}/secrets`, { metadata: { name: 't' }, type: 'kubernetes.io/tls' }),
        post(`${core}/secrets`, {
          metadata: { name: 't' },
          type: 'kubernetes.io/tls',
          data: { 'tls.crt': '', 'tls.key': '' },
        }),
        post(`${core}/secrets`, { metadata: { name: 'u' }, type: 'kubernetes.io/basic-auth' }),
        post(`${core}/secrets`, {
          metadata: { name: 'v' },
          type: 'kubernetes.io/dockerconfigjson',
          data: { '.dockerconfigjson': 'eA==' },
        }),
        post(`${core}/secrets`, { metadata: { name: 'w' }, type: 'kubernetes.io/service-account-token' }),
        post(`${core}/secrets`, { metadata: { name: 'x' }, type: 'kubernetes.io/ssh-auth' }),
      ],
    },
    {
      name: 'keys that are names of JavaScript are plain keys',
      steps: [
        send(`POST ${CMS}`, {
          text: '{"metadata":{"name":"p"},"data":{"__proto__":"a","constructor":"b","toString":"c","hasOwnProperty":"d"}}',
        }),
        get(`${CMS}/p`, { raw: true }),
        send(`PATCH ${CMS}/p`, { text: '{"data":{"__proto__":"z","prototype":"y"}}' }, 'application/merge-patch+json'),
        send(`POST ${CMS}`, { text: '{"metadata":{"name":"q"},"__proto__":{"data":{"a":"b"}}}' }),
        send(`POST ${CMS}?fieldValidation=Strict`, { text: '{"metadata":{"name":"r"},"constructor":1}' }),
      ],
    },
  ],
};
