import type { Subject } from '../case.ts';
import { apply, configMap, core, deployment, get, inGroup, patch, pod, post, put, send } from '../steps.ts';
import { API, CRDS, defined, definition, SPEC, version, WIDGETS, widget } from './widgets.ts';

const CMS = `${core}/configmaps`;
const SERVICES = `${core}/services`;
const PODS = `${core}/pods`;
const LEASES = `${inGroup('coordination.k8s.io/v1')}/leases`;
const DEPLOYMENTS = `${inGroup('apps/v1')}/deployments`;

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
  ],
};
