import type { Subject } from '../case.ts';
import { apply, configMap, core, deployment, get, inGroup, patch, pod, post, put, remove, send } from '../steps.ts';
import { API, CRDS, defined, definition, SPEC, version, WIDGETS, widget } from './widgets.ts';

const CMS = `${core}/configmaps`;
const SERVICES = `${core}/services`;
const PODS = `${core}/pods`;
const LEASES = `${inGroup('coordination.k8s.io/v1')}/leases`;
const DEPLOYMENTS = `${inGroup('apps/v1')}/deployments`;

const BUDGETS = `${inGroup('policy/v1')}/poddisruptionbudgets`;
/** A name that is too long for the name of a label. */
const LONG = 'x'.repeat(64);

/** Rules that only requests made at random met. */
export const corners: Subject = {
  id: 'corners',
  cases: [
    {
      name: 'requests of custom resources are read before it is known that they make no sense',
      steps: [
        ...defined(SPEC({ a: { type: 'string' } })),
        send(`PATCH ${WIDGETS}`, { text: '{}' }, ''),
        send(`PATCH ${WIDGETS}`, { text: '{}' }, 'application/merge-patch+json'),
        send(`PATCH ${WIDGETS}`, { text: '{bad' }, 'application/merge-patch+json'),
        apply(WIDGETS, 'one', widget('a')),
        send(`PUT ${WIDGETS}`, { text: '{}' }, 'text/plain'),
        send(`PUT ${WIDGETS}`, { text: '' }),
        put(WIDGETS, widget('a')),
        put(WIDGETS, { apiVersion: API, kind: 'Gadget', metadata: { name: 'a' } }),
        send(`POST ${WIDGETS}/a`, { text: '[]' }, 'application/json-patch+json'),
        send(`POST ${WIDGETS}/a`, { text: '' }),
        post(`${WIDGETS}/a`, widget('b')),
        post(`${WIDGETS}/a`, widget('a')),
        put(`${WIDGETS}/c`, { apiVersion: API, kind: 'Gadget', metadata: { name: 'c' } }),
        put(`${WIDGETS}/c`, widget('c')),
        put(`${WIDGETS}/c`, { metadata: { name: 'c' } }),
      ],
    },
    {
      name: 'metadata of custom resources is decoded on its own',
      steps: [
        ...defined(SPEC({ a: { type: 'string' } })),
        put(`${WIDGETS}/a`, widget('a', {}, { managedFields: -1 })),
        put(`${WIDGETS}/a`, widget('a', {}, { ownerReferences: 'x' })),
        put(`${WIDGETS}/a`, widget('a', {}, { finalizers: 'x' })),
        put(`${WIDGETS}/a`, widget('a', {}, { labels: 5 })),
        put(`${WIDGETS}/a`, widget('a', {}, { ownerReferences: [5] })),
        put(`${WIDGETS}/a`, widget('a', {}, { ownerReferences: [{ name: 5 }] })),
        put(`${CMS}/a`, configMap('a', {}, { managedFields: -1 })),
        put(`${CMS}/a`, configMap('a', {}, { ownerReferences: [5] })),
        post(WIDGETS, widget('a')),
        patch(`${WIDGETS}/a`, 'merge', { metadata: { name: [] } }),
        patch(`${WIDGETS}/a`, 'merge', { metadata: { labels: { a: 5 } } }),
        patch(`${WIDGETS}/a`, 'merge', { metadata: 5 }),
      ],
    },
    {
      name: 'integers are divided by whole factors',
      steps: [
        ...defined(
          SPEC({
            small: { type: 'integer', multipleOf: 0.1 },
            more: { type: 'integer', multipleOf: 2.5 },
            number: { type: 'number', multipleOf: 0.5 },
          }),
        ),
        post(WIDGETS, widget('a', { small: 1 })),
        post(WIDGETS, widget('b', { more: 4 })),
        post(WIDGETS, widget('c', { more: 5 })),
        post(WIDGETS, widget('d', { number: 1 })),
        post(WIDGETS, widget('e', { number: 1.5 })),
        post(WIDGETS, widget('f', { number: 1.2 })),
      ],
    },
    {
      name: 'patches say what was wrong where Go reads JSON within a value',
      steps: [
        post(CMS, configMap('a'), { unrecorded: true }),
        patch(`${CMS}/a`, 'strategic', { binaryData: { b: 'no' } }),
        patch(`${CMS}/a`, 'strategic', { binaryData: { b: [] } }),
        patch(`${CMS}/a`, 'merge', { binaryData: { b: 'no' } }),
        apply(`${CMS}/a`, 'one', configMap('a', { binaryData: { b: 'no' } })),
        put(`${CMS}/a`, configMap('a', { binaryData: { b: [] } })),
        put(`${CMS}/a`, configMap('a', { binaryData: { b: [1, 255] } })),
        put(`${CMS}/a`, configMap('a', { binaryData: { b: [256] } })),
        put(`${CMS}/a`, configMap('a', { binaryData: { b: ['x'] } })),
        patch(`${CMS}/a`, 'strategic', { metadata: { creationTimestamp: 'yesterday' } }),
        patch(`${DEPLOYMENTS}/a`, 'strategic', { spec: { replicas: 'x' } }),
        post(DEPLOYMENTS, deployment('a'), { unrecorded: true }),
        patch(`${CMS}/a`, 'strategic', { metadata: { managedFields: 'x', annotations: [] } }),
        patch(`${DEPLOYMENTS}/a`, 'strategic', { spec: { strategy: { rollingUpdate: { maxSurge: true } } } }),
      ],
    },
    {
      name: 'what is asked of a scale is looked at after the object',
      steps: [
        get(`${DEPLOYMENTS}/a/scale?resourceVersion=abc`),
        post(DEPLOYMENTS, deployment('a'), { unrecorded: true }),
        get(`${DEPLOYMENTS}/a/scale?resourceVersion=abc`),
        get(`${DEPLOYMENTS}/a/scale?resourceVersion=99999999`),
        get(`${DEPLOYMENTS}/a/status?resourceVersion=abc`),
        put(`${DEPLOYMENTS}/a/scale`, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ownerReferences: 5 } }),
        put(`${DEPLOYMENTS}/a/scale`, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } }),
        put(`${DEPLOYMENTS}/a/scale`, { apiVersion: 'v1', kind: 'ConfigMap', data: 5 }),
        apply(`${DEPLOYMENTS}/a/scale`, 'one', { apiVersion: 'autoscaling/v1', kind: 'Scale', spec: 5 }),
        apply(`${DEPLOYMENTS}/a/scale`, 'one', {
          apiVersion: 'autoscaling/v1',
          kind: 'Scale',
          spec: { replicas: 'x' },
        }),
        apply(`${DEPLOYMENTS}/a/scale`, 'one', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } }),
        apply(`${DEPLOYMENTS}/a/scale`, 'one', {
          apiVersion: 'autoscaling/v2',
          kind: 'Scale',
          metadata: { name: 'a' },
          spec: { replicas: 2 },
        }),
      ],
    },
    {
      name: 'names and selectors are looked at before versions',
      steps: [
        get(`${CMS}/a%25b?resourceVersion=abc`),
        get(`${SERVICES}/a%25b/status?resourceVersion=abc`),
        get(`${CMS}?fieldSelector=metadata.name&resourceVersion=abc`),
        get(`${CMS}?labelSelector=a%20b&resourceVersion=abc`),
        get(`${CMS}?watch=true&fieldSelector=metadata.name&resourceVersion=abc`),
      ],
    },
    {
      name: 'a replacement that creates keeps what a creation would drop',
      steps: [
        put(LEASES, { metadata: { name: 'a', deletionTimestamp: '2020-01-01T00:00:00Z' } }),
        put(`${LEASES}/a`, {
          metadata: {
            name: 'a',
            deletionTimestamp: '2020-01-01T00:00:00Z',
            deletionGracePeriodSeconds: 5,
            selfLink: '/x',
          },
        }),
        get(`${LEASES}/a`),
      ],
    },
    {
      name: 'what is applied shows its numbers as they are',
      steps: [3000000000, 1e21, 1.5e7, 30000000.5, { a: 3000000000 }, [1.5, 1]].map((data) =>
        apply(`${CMS}/a`, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data }),
      ),
    },
    {
      name: 'ephemeral containers come without metadata',
      steps: [
        post(PODS, pod('a')),
        patch(`${PODS}/a/ephemeralcontainers`, 'merge', { metadata: { finalizers: ['ex.io/g'] } }),
        patch(`${PODS}/a/ephemeralcontainers`, 'strategic', {
          metadata: { labels: { a: 'b' } },
          spec: { ephemeralContainers: [{ name: 'e', image: 'i' }] },
        }),
        get(`${PODS}/a`),
      ],
    },
    {
      name: 'defaults have to satisfy the rules of their schema',
      steps: [
        ['!self || !oldSelf', "'two\\nlines'", true],
        ['!self || !oldSelf', '5', true],
        ['!self', "'no'", true],
        ['self', "'no'", true],
        ['self +', '5', true],
        ['self.size() < 2', "'long'", 'abc'],
        ['self == oldSelf', '', 'abc'],
      ].map(([rule, messageExpression, value]) =>
        post(
          `${CRDS}?dryRun=All`,
          definition([
            version(
              SPEC({
                a: {
                  type: typeof value,
                  default: value,
                  ...(typeof value === 'string' && { maxLength: 9 }),
                  'x-kubernetes-validations': [{ rule, message: 'says no', messageExpression }],
                },
              }),
            ),
          ]),
          { keep: ['message', 'details', 'code'] },
        ),
      ),
    },
    {
      name: 'a continue token and the version beside it',
      steps: [
        get(`${CMS}?continue=abc&resourceVersion=abc`),
        get(`${CMS}?continue=abc&resourceVersion=5`),
        get(`${CMS}?continue=abc&resourceVersion=0`),
        get(`${CMS}?continue=abc&resourceVersion=abc&resourceVersionMatch=Exact`),
        get(`${CMS}?continue=abc&resourceVersionMatch=Bogus`),
      ],
    },
    {
      name: 'services without a port or with two families',
      steps: [
        post(SERVICES, { metadata: { name: 'a' }, spec: { ports: [{}] } }),
        post(SERVICES, { metadata: { name: 'b' }, spec: { clusterIP: 'None', ipFamilyPolicy: 'RequireDualStack' } }),
        post(SERVICES, { metadata: { name: 'c' }, spec: { clusterIP: 'None', ipFamilyPolicy: 'PreferDualStack' } }),
        post(SERVICES, { metadata: { name: 'd' }, spec: { clusterIP: 'None', ipFamilies: ['IPv4', 'IPv6'] } }),
        post(SERVICES, { metadata: { name: 'e' }, spec: { clusterIP: 'None', ipFamilies: ['IPv6'] } }),
        post(SERVICES, {
          metadata: { name: 'f' },
          spec: { clusterIP: 'None', ipFamilyPolicy: 'RequireDualStack', selector: { a: 'b' } },
        }),
        post(SERVICES, {
          metadata: { name: 'g' },
          spec: { clusterIP: 'None', ipFamilyPolicy: 'PreferDualStack', selector: { a: 'b' } },
        }),
        post(SERVICES, {
          metadata: { name: 'h' },
          spec: { ports: [{ port: 80 }], ipFamilyPolicy: 'RequireDualStack' },
        }),
        post(SERVICES, { metadata: { name: 'i' }, spec: { ports: [{ port: 80 }], ipFamilies: ['IPv6'] } }),
        post(SERVICES, { metadata: { name: 'j' }, spec: { ports: [{ port: 80 }], ipFamilyPolicy: 'Bogus' } }),
      ],
    },
    {
      name: 'what reads itself fails before what is of another type',
      steps: [
        post(`${core}/persistentvolumeclaims`, {
          metadata: { name: 'a', ownerReferences: -1 },
          spec: { resources: { requests: { storage: 'much' } } },
        }),
        post(CMS, configMap('a', { data: 5, binaryData: 6 }, { creationTimestamp: 'never', labels: 5 })),
        post(PODS, pod('a', { terminationGracePeriodSeconds: 'x', activeDeadlineSeconds: 'y' })),
        post(SERVICES, { metadata: { name: 'a', labels: 5 }, spec: { ports: [{ port: 1, targetPort: {} }] } }),
      ],
    },
    {
      name: 'selectors are read before the rest of the options',
      steps: [
        get(`${PODS}?labelSelector=%3D&resourceVersionMatch=Bogus`),
        get(`${PODS}?labelSelector=bad%20key%3Dx&sendInitialEvents=false`),
        get(`${PODS}?fieldSelector=x&continue=bogus`),
        get(`${PODS}?labelSelector=%3D&limit=x`),
      ],
    },
    {
      name: 'a name that has been generated from is looked at where the kind does it',
      steps: [
        post(DEPLOYMENTS, deployment('a'), { unrecorded: true }),
        patch(`${DEPLOYMENTS}/a`, 'merge', { metadata: { generateName: 'UP-' } }),
        post(CMS, configMap('a'), { unrecorded: true }),
        patch(`${CMS}/a`, 'merge', { metadata: { generateName: 'UP-' } }),
        post(CMS, configMap('a', {}, { generateName: 'gen-' })),
        post(CMS, configMap('b', {}, { creationTimestamp: 5 })),
        post(LEASES, { metadata: { name: 'b' }, spec: { renewTime: [] } }),
        post(
          `${core}/persistentvolumeclaims`,
          {
            metadata: { name: 'a' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1' } } },
          },
          { unrecorded: true },
        ),
        patch(`${core}/persistentvolumeclaims/a`, 'merge', { metadata: { generateName: 'UP-' } }),
        patch(`${core}/persistentvolumeclaims/a`, 'merge', {
          metadata: { ownerReferences: [{ kind: 'Pod', uid: 'u' }] },
        }),
      ],
    },
    {
      name: 'metadata is looked at as often as the kind does it',
      steps: [
        post(DEPLOYMENTS, deployment('a'), { unrecorded: true }),
        patch(`${DEPLOYMENTS}/a`, 'merge', { metadata: { annotations: { [LONG]: 'x' } } }),
        post(CMS, configMap('a'), { unrecorded: true }),
        patch(`${CMS}/a`, 'merge', { metadata: { annotations: { [LONG]: 'x' } } }),
        post(PODS, pod('a'), { unrecorded: true }),
        patch(`${PODS}/a`, 'merge', { metadata: { annotations: { [LONG]: 'x' } } }),
        post(LEASES, { metadata: { name: 'a' } }, { unrecorded: true }),
        patch(`${LEASES}/a`, 'merge', { metadata: { labels: { [LONG]: 'x' } } }),
        post(BUDGETS, { metadata: { name: 'a' }, spec: { minAvailable: 1 } }, { unrecorded: true }),
        patch(`${BUDGETS}/a`, 'merge', { metadata: { labels: { [LONG]: 'x' } } }),
        ...defined(SPEC({ a: { type: 'string' } })),
        post(WIDGETS, widget('a'), { unrecorded: true }),
        patch(`${WIDGETS}/a`, 'merge', { metadata: { labels: { [LONG]: 'x' } } }),
        patch(`${WIDGETS}/a`, 'merge', { metadata: { ownerReferences: [{ kind: 'Pod', name: 'a', uid: 'u' }] } }),
      ],
    },
    {
      name: 'the generation of a deployment counts its annotations',
      steps: [
        post(DEPLOYMENTS, deployment('a'), { unrecorded: true }),
        patch(`${DEPLOYMENTS}/a`, 'merge', { metadata: { annotations: { a: 'b' } } }),
        patch(`${DEPLOYMENTS}/a`, 'merge', { metadata: { labels: { a: 'b' } } }),
        patch(`${DEPLOYMENTS}/a/status`, 'merge', { metadata: { annotations: { a: 'c' } } }),
        patch(`${DEPLOYMENTS}/a/scale`, 'merge', { metadata: { resourceVersion: '0' } }),
      ],
    },
    {
      name: 'an apply is compared with its URL once it is merged',
      steps: [
        apply(`${SERVICES}/%C3%A4`, 'one', {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'b', uid: 'other' },
        }),
        apply(`${CMS}/a`, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } }),
        apply(`${CMS}/a`, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' }, data: 5 }),
        apply(`${CMS}/a`, 'one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'other' } }),
        apply(`${CMS}/a`, 'one', { apiVersion: 'a/b/c' }),
        ...defined(SPEC({ a: { type: 'string' } })),
        apply(`${WIDGETS}/a`, 'one', widget('a', {}, { creationTimestamp: 'yesterday' })),
        apply(`${WIDGETS}/a`, 'one', widget('a', {}, { deletionTimestamp: 'tomorrow' })),
        apply(`${CMS}/a`, 'one', configMap('a', {}, { creationTimestamp: 'yesterday' })),
      ],
    },
    {
      name: 'routes come before media types',
      steps: [
        ...['configmaps/b/bogus', 'configmaps/b'].map((path) =>
          post(`${core}/${path}`, configMap('b'), { headers: { accept: 'text/plain' } }),
        ),
        put(CMS, configMap('b'), { headers: { accept: 'text/plain' } }),
        post('/api/v1/configmaps', configMap('b'), { headers: { accept: 'text/plain' } }),
        post(`${PODS}/b/status`, pod('b'), { headers: { accept: 'text/plain' } }),
        get(`${CMS}/b/bogus`, { headers: { accept: 'text/plain' } }),
        get(`${CMS}/b`, { headers: { accept: 'text/plain' } }),
      ],
    },
    {
      name: 'names in paths may be any bytes',
      steps: [
        get(`${CMS}/%ff`),
        get(`${CMS}/a%c3%28b%E2%82`),
        get(`${CMS}/%C3%A4%ff`),
        get(`${CMS}/a%25b`),
        remove(`${CMS}/%ff`),
        patch(`${CMS}/%ff`, 'merge', {}),
        put(`${CMS}/%ff`, configMap('a')),
      ],
    },
    {
      name: 'a strategic merge patch is shown without the nulls that met nothing',
      steps: [
        post(LEASES, { metadata: { name: 'b', annotations: { a: 'b' } } }, { unrecorded: true }),
        patch(`${LEASES}/b`, 'strategic', { metadata: { labels: { app: null } }, spec: { renewTime: 'never' } }),
        patch(`${LEASES}/b`, 'strategic', {
          metadata: { annotations: { a: null, b: null } },
          spec: { holderIdentity: null, renewTime: 'never' },
        }),
      ],
    },
    {
      name: 'defaults that a custom resource has got since it was stored are stored by a write that changes nothing',
      steps: [
        ...defined(
          {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { a: { type: 'string' } } },
              status: { type: 'object', default: {}, properties: { c: { type: 'string', default: 'd' } } },
            },
          },
          { subresources: { status: {} } },
        ),
        post(WIDGETS, widget('b')),
        patch(`${WIDGETS}/b/status`, 'merge', {}),
        patch(`${WIDGETS}/b/status`, 'merge', {}),
        apply(`${WIDGETS}/c?dryRun=All`, 'one', widget('c')),
      ],
    },
    {
      name: 'fields of features that are off are dropped, finalizers are any names where the kind does not mind',
      steps: [
        post(LEASES, { metadata: { name: 'd', finalizers: ['plain'] } }),
        put(`${CMS}/a%25b`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a%25b' } }),
        post(LEASES, { metadata: { name: 'c' }, spec: { strategy: 'OldestEmulationVersion', preferredHolder: 'x' } }),
        post(`${core}/persistentvolumeclaims`, {
          metadata: { name: 'c' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: '1' } },
            volumeAttributesClassName: 'x',
            dataSourceRef: { kind: 'Pod', apiGroup: 'example.com', name: 'x' },
          },
        }),
        patch(`${core}/persistentvolumeclaims/c/status`, 'merge', {
          status: { currentVolumeAttributesClassName: 'x', modifyVolumeStatus: { status: 'Pending' } },
        }),
        post(`${inGroup('apps/v1')}/statefulsets`, {
          metadata: { name: 'c' },
          spec: {
            serviceName: 'c',
            selector: { matchLabels: { app: 'c' } },
            updateStrategy: { rollingUpdate: { maxUnavailable: 2 } },
            template: { metadata: { labels: { app: 'c' } }, spec: { containers: [{ name: 'c', image: 'c' }] } },
          },
        }),
        post(`${inGroup('batch/v1')}/jobs`, {
          metadata: { name: 'c' },
          spec: {
            template: {
              metadata: { labels: { a: 'b' } },
              spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'c' }] },
            },
          },
        }),
      ],
    },
  ],
};
