import type { Subject } from '../case.ts';
import { apply, configMap, core, deployment, get, inGroup, patch, post, put, send } from '../steps.ts';
import { defined, NUMBERS, WIDGETS, widgetText } from './widgets.ts';

const CMS = `${core}/configmaps`;
const CM = `${CMS}/a`;
const DEPLOYMENTS = `${inGroup('apps/v1')}/deployments`;
const MANAGED = { keep: ['metadata.managedFields', 'spec', 'message', 'reason', 'code', 'details'] };

const cm = (data?: object, metadata: object = {}): object =>
  configMap('a', data === undefined ? {} : { data }, metadata);

const withPorts = (name: string, ports: readonly object[], spec: object = {}): object =>
  deployment(name, spec, { ports });

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const lastApplied = (data: object) =>
  `${JSON.stringify({ apiVersion: 'v1', data, kind: 'ConfigMap', metadata: { annotations: {}, name: 'a' } })}\n`;

/** Numbers are compared as text. */
const applied = (path: string, text: string, manager = 'm') =>
  send(`PATCH ${path}?fieldManager=${manager}`, { text }, 'application/apply-patch+yaml', { raw: true });

/** D25–D30: server-side apply and managed fields. */
export const applies: Subject = {
  id: 'apply',
  cases: [
    {
      name: 'an apply creates, changes and removes what its manager owns',
      steps: [
        apply(CM, 'm1', cm({ a: '1', b: '2' })),
        apply(CM, 'm1', cm({ a: '1', b: '2' })),
        apply(CM, 'm1', cm({ a: '3', b: '2' })),
        apply(CM, 'm1', cm({ a: '3' })),
        apply(CM, 'm1', cm()),
        apply(CM, 'm1', cm({}, { labels: { x: 'y' }, annotations: { n: 'o' }, finalizers: ['ex.io/f'] })),
        apply(CM, 'm1', cm()),
        get(CM),
      ],
    },
    {
      name: 'fields are shared by managers that agree and stay until the last one drops them',
      steps: [
        apply(CM, 'm1', cm({ a: '1', b: '2' })),
        apply(CM, 'm2', cm({ a: '1', c: '3' })),
        apply(CM, 'm1', cm({ b: '2' })),
        apply(CM, 'm2', cm({ c: '3' })),
        apply(CM, 'm2', cm({})),
        apply(CM, 'm1', cm()),
      ],
    },
    {
      name: 'an apply against another manager conflicts unless it is forced',
      steps: [
        apply(CM, 'm1', cm({ a: '1', b: '2' })),
        apply(CM, 'm2', cm({ a: '9' })),
        apply(CM, 'm2', cm({ a: '9', b: '9' })),
        apply(CM, 'm3', cm({ c: '3' })),
        apply(CM, 'm2', cm({ a: '9', b: '9', c: '9' })),
        apply(`${CM}?force=true`, 'm2', cm({ a: '9', c: '9' })),
        apply(CM, 'm1', cm({ b: '2' })),
        apply(CM, 'm1', cm({ a: '1' })),
        get(CM),
      ],
    },
    {
      name: 'what updates have set conflicts with an apply, with the version that set it',
      steps: [
        post(`${CMS}?fieldManager=upd`, cm({ a: '1' })),
        apply(CM, 'm1', cm({ a: '2' })),
        apply(CM, 'm1', cm({ a: '1' })),
        patch(`${CM}?fieldManager=pat`, 'merge', { data: { a: '3', p: 'q' } }),
        apply(CM, 'm1', cm({ a: '1' })),
        put(`${CM}?fieldManager=put`, cm({ a: '4' })),
        apply(CM, 'm1', cm({ a: '1' })),
        apply(`${CM}?force=true`, 'm1', cm({ a: '1' })),
        put(`${CM}?fieldManager=put`, cm({})),
        apply(CM, 'm1', cm({ a: '1' })),
      ],
    },
    {
      name: 'an apply that makes no sense is refused',
      steps: [
        post(CMS, cm({ a: '1' }), { save: { rv: 'metadata.resourceVersion' } }),
        patch(CM, 'apply', cm()),
        apply(CM, 'm', { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'a' } }),
        apply(CM, 'm', { kind: 'ConfigMap', apiVersion: 'v2', metadata: { name: 'a' } }),
        apply(CM, 'm', { metadata: { name: 'a' } }),
        apply(CM, 'm', { kind: 'ConfigMap', apiVersion: 'v1' }),
        apply(CM, 'm', { kind: 'ConfigMap', apiVersion: 'v1', metadata: {} }),
        apply(CM, 'm', configMap('b')),
        apply(CM, 'm', cm(undefined, { namespace: 'other' })),
        apply(CM, 'm', cm(undefined, { managedFields: [] })),
        apply(CM, 'm', cm(undefined, { managedFields: [{ manager: 'x' }] })),
        apply(CM, 'm', configMap('a', { bogus: 1 })),
        apply(CM, 'm', configMap('a', { data: { k: 5 } })),
        apply(CM, 'm', configMap('a', { data: 'x' })),
        apply(CM, 'm', configMap('a', { data: ['x'] })),
        apply(CM, 'm', cm(undefined, { bogus: 'x' })),
        apply(CM, 'm', cm({ a: '2' }, { resourceVersion: '1' })),
        apply(CM, 'm', cm({ b: '2' }, { resourceVersion: '{{rv}}' })),
        apply(CM, 'm', cm(undefined, { uid: 'other' })),
        apply(`${CMS}/new`, 'm', configMap('new', {}, { uid: 'other' })),
        apply(`${CMS}/new`, 'm', configMap('new', {}, { resourceVersion: '5' })),
        apply(CM, 'm'.repeat(129), cm()),
        apply(CM, '', cm()),
        apply('/api/v1/namespaces/nope/configmaps/a', 'm', cm()),
        send(`PATCH ${CM}?fieldManager=m`, { text: '{bad' }, 'application/apply-patch+yaml'),
        send(`PATCH ${CM}?fieldManager=m`, { text: 'a: b: c' }, 'application/apply-patch+yaml'),
        send(`PATCH ${CM}?fieldManager=m`, { text: '' }, 'application/apply-patch+yaml'),
        send(`PATCH ${CM}?fieldManager=m`, { text: '[]' }, 'application/apply-patch+yaml'),
        send(`PATCH ${CM}?fieldManager=m`, { text: 'x' }, 'application/apply-patch+yaml'),
        send(
          `PATCH ${CM}?fieldManager=m`,
          { text: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata: {y: z, y: w}\n' },
          'application/apply-patch+yaml',
        ),
        send(
          `PATCH ${CM}?fieldManager=yaml`,
          {
            text: '# comment\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  t: |\n    text\n  on: "true"\n',
          },
          'application/apply-patch+yaml',
        ),
      ],
    },
    {
      name: 'an apply to lists with keys merges by key and refuses duplicates',
      steps: [
        apply(`${DEPLOYMENTS}/d`, 'm1', withPorts('d', [{ containerPort: 80 }])),
        apply(
          `${DEPLOYMENTS}/d`,
          'm2',
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'd' },
            spec: { template: { spec: { containers: [{ name: 'side', image: 'example.com/side:1' }] } } },
          },
          MANAGED,
        ),
        apply(
          `${DEPLOYMENTS}/d`,
          'm1',
          withPorts('d', [{ containerPort: 80, name: 'web' }, { containerPort: 81 }]),
          MANAGED,
        ),
        apply(`${DEPLOYMENTS}/d`, 'm1', withPorts('d', [{ containerPort: 81 }]), MANAGED),
        apply(`${DEPLOYMENTS}/d`, 'm1', withPorts('d', [{ containerPort: 80 }, { containerPort: 80 }]), MANAGED),
        apply(
          `${DEPLOYMENTS}/d`,
          'm1',
          withPorts('d', [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }]),
          MANAGED,
        ),
        apply(`${DEPLOYMENTS}/d`, 'm1', withPorts('d', [{ protocol: 'TCP' }]), MANAGED),
        apply(`${DEPLOYMENTS}/d`, 'm1', deployment('d', {}, { image: 5 }), MANAGED),
        apply(
          `${DEPLOYMENTS}/d`,
          'm1',
          deployment(
            'd',
            {},
            {
              env: [
                { name: 'A', value: '1' },
                { name: 'A', value: '2' },
              ],
            },
          ),
          MANAGED,
        ),
        apply(`${DEPLOYMENTS}/d`, 'm1', deployment('d', { template: { spec: { containers: 'x' } } }), MANAGED),
        apply(`${DEPLOYMENTS}/d`, 'm1', deployment('d', {}, { imagee: 'x' }), MANAGED),
        apply(`${DEPLOYMENTS}/d`, 'm1', deployment('d', { replicas: 'x' }), MANAGED),
        apply(
          `${DEPLOYMENTS}/d`,
          'm2',
          { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } },
          MANAGED,
        ),
        get(`${DEPLOYMENTS}/d`),
      ],
    },
    {
      name: 'a field that an apply drops gets its default again, and atomic fields have one owner',
      steps: [
        apply(`${DEPLOYMENTS}/d`, 'm1', deployment('d', { replicas: 3 }), MANAGED),
        apply(`${DEPLOYMENTS}/d`, 'm1', deployment('d'), MANAGED),
        apply(`${DEPLOYMENTS}/d`, 'm1', deployment('d', { replicas: 0 }), MANAGED),
        apply(`${DEPLOYMENTS}/d`, 'm1', deployment('d'), MANAGED),
        apply(`${DEPLOYMENTS}/d`, 'm2', deployment('d', { selector: { matchLabels: { app: 'd', x: 'y' } } }), MANAGED),
        apply(
          `${DEPLOYMENTS}/d`,
          'm2',
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'd' },
            spec: { template: { spec: { nodeSelector: { a: 'b' }, tolerations: [{ key: 'k', operator: 'Exists' }] } } },
          },
          MANAGED,
        ),
        apply(
          `${DEPLOYMENTS}/d`,
          'm3',
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'd' },
            spec: { template: { spec: { nodeSelector: { c: 'd' }, tolerations: [{ key: 'l', operator: 'Exists' }] } } },
          },
          MANAGED,
        ),
        apply(
          `${DEPLOYMENTS}/d`,
          'm4',
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'd' },
            spec: { strategy: { type: 'Recreate' } },
          },
          MANAGED,
        ),
        apply(
          `${DEPLOYMENTS}/d`,
          'm1',
          deployment('d', {}, { resources: { limits: { cpu: '1000m', memory: '1Gi' } } }),
          MANAGED,
        ),
        apply(`${DEPLOYMENTS}/d`, 'm1', deployment('d', {}, { resources: { limits: { cpu: '1' } } }), MANAGED),
      ],
    },
    {
      name: 'status and scale have owners of their own',
      steps: [
        apply(`${DEPLOYMENTS}/d`, 'm1', { ...deployment('d', { replicas: 2 }), status: { replicas: 9 } }),
        patch(
          `${DEPLOYMENTS}/d/status?fieldManager=ctrl`,
          'merge',
          { status: { replicas: 2, conditions: [{ type: 'Available', status: 'True' }] } },
          MANAGED,
        ),
        apply(
          `${DEPLOYMENTS}/d/status`,
          'm1',
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'd' },
            spec: { replicas: 7 },
            status: { replicas: 3 },
          },
          MANAGED,
        ),
        apply(
          `${DEPLOYMENTS}/d/status?force=true`,
          'm1',
          { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, status: { replicas: 3 } },
          MANAGED,
        ),
        put(`${DEPLOYMENTS}/d/scale?fieldManager=scaler`, { metadata: { name: 'd' }, spec: { replicas: 5 } }),
        apply(`${DEPLOYMENTS}/d`, 'm1', deployment('d', { replicas: 2 }), MANAGED),
        apply(`${DEPLOYMENTS}/d`, 'm1', deployment('d'), MANAGED),
        apply(
          `${DEPLOYMENTS}/d/scale`,
          'm5',
          { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'd' }, spec: { replicas: 6 } },
          MANAGED,
        ),
        get(`${DEPLOYMENTS}/d`),
      ],
    },
    {
      name: 'managed fields can be cleared, replaced and start again',
      steps: [
        post(CMS, cm({ a: '1' })),
        patch(CM, 'merge', { metadata: { managedFields: [] } }),
        patch(CM, 'merge', { data: { b: '2' } }),
        apply(CM, 'm1', cm({ c: '3' })),
        patch(CM, 'merge', { metadata: { managedFields: [{}] } }),
        apply(CM, 'm1', cm({ c: '3' })),
        patch(CM, 'merge', { metadata: { managedFields: [{ manager: 'x', operation: 'Bogus' }] } }),
        patch(CM, 'merge', {
          metadata: {
            managedFields: [
              {
                manager: 'x',
                operation: 'Update',
                apiVersion: 'v1',
                fieldsType: 'FieldsV1',
                fieldsV1: { 'f:data': {} },
              },
            ],
          },
        }),
        patch(CM, 'merge', { metadata: { managedFields: null } }),
        put(CM, cm({ z: '1' })),
      ],
    },
    {
      name: 'the oldest updates are put together when there are too many managers',
      steps: [
        post(`${CMS}?fieldManager=m00`, cm({ k00: 'v' }), { keep: ['kind'] }),
        ...Array.from({ length: 12 }, (_, at) => {
          const n = String(at + 1).padStart(2, '0');
          return patch(`${CM}?fieldManager=m${n}`, 'merge', { data: { [`k${n}`]: 'v' } }, { keep: ['kind'] });
        }),
        get(CM),
      ],
    },
    {
      name: 'the manager of a request without a name is its user agent',
      steps: [
        post(CMS, configMap('a', { data: { k: 'v' } }), {
          headers: { 'user-agent': 'kubectl/v1.32.0 (linux/amd64)' },
          keep: ['metadata.managedFields.0.manager'],
        }),
        post(CMS, configMap('b', { data: { k: 'v' } }), {
          headers: { 'user-agent': '' },
          keep: ['metadata.managedFields.0.manager'],
        }),
        post(CMS, configMap('c', { data: { k: 'v' } }), {
          headers: { 'user-agent': 'plain' },
          keep: ['metadata.managedFields.0.manager'],
        }),
        post(CMS, configMap('d', { data: { k: 'v' } }), {
          headers: { 'user-agent': 'x'.repeat(200) },
          keep: ['metadata.managedFields.0.manager'],
        }),
        post(CMS, configMap('e', { data: { k: 'v' } }), {
          headers: { 'user-agent': '/v1' },
          keep: ['metadata.managedFields.0.manager'],
        }),
        post(`${CMS}?fieldManager=named`, configMap('f', { data: { k: 'v' } }), {
          keep: ['metadata.managedFields.0.manager'],
        }),
      ],
    },
    {
      name: 'kubectl goes from client-side to server-side apply',
      steps: [
        post(
          `${CMS}?fieldManager=kubectl-client-side-apply`,
          cm(
            { a: '1', b: '2' },
            {
              annotations: {
                'kubectl.kubernetes.io/last-applied-configuration':
                  '{"apiVersion":"v1","data":{"a":"1","b":"2"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"a"}}\n',
              },
            },
          ),
        ),
        apply(CM, 'kubectl', cm({ a: '1' })),
        apply(`${CM}?force=true`, 'kubectl', cm({ a: '3' })),
        get(CM),
      ],
    },
    {
      name: 'kubectl hands what it has applied before over to server-side apply',
      steps: [
        post(
          `${CMS}?fieldManager=kubectl-client-side-apply`,
          cm({ a: '1', b: '2' }, { annotations: { [LAST_APPLIED]: lastApplied({ a: '1', b: '2' }) } }),
          { unrecorded: true },
        ),
        apply(CM, 'kubectl', cm({ a: '1' })),
        apply(`${CM}?force=false`, 'kubectl-last-applied', cm({ a: '1', b: '2' }), {
          save: { rv: 'metadata.resourceVersion', time: 'metadata.creationTimestamp' },
        }),
        patch(`${CM}?fieldManager=kubectl`, 'json', [
          {
            op: 'replace',
            path: '/metadata/managedFields',
            value: [
              {
                manager: 'kubectl',
                operation: 'Apply',
                apiVersion: 'v1',
                time: '{{time}}',
                fieldsType: 'FieldsV1',
                fieldsV1: { 'f:data': { 'f:a': {}, 'f:b': {} } },
              },
            ],
          },
          { op: 'replace', path: '/metadata/resourceVersion', value: '{{rv}}' },
        ]),
        apply(CM, 'kubectl', cm({ a: '1' })),
        patch(`${CM}?fieldManager=kubectl`, 'json', [
          { op: 'replace', path: '/metadata/managedFields', value: [] },
          { op: 'replace', path: '/metadata/resourceVersion', value: '{{rv}}' },
        ]),
      ],
    },
    {
      name: 'owners of sets, nulls and empty values',
      steps: [
        apply(CM, 'm1', cm({ a: '' })),
        apply(CM, 'm1', cm(undefined, { finalizers: ['ex.io/a'] })),
        apply(CM, 'm2', cm(undefined, { finalizers: ['ex.io/b'] })),
        apply(CM, 'm1', cm(undefined, { finalizers: [] })),
        apply(CM, 'm1', cm(undefined, { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u1' }] })),
        apply(CM, 'm2', cm(undefined, { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'q', uid: 'u2' }] })),
        apply(CM, 'm1', cm({ a: null, b: 'x' })),
        apply(CM, 'm1', configMap('a', { data: null })),
        apply(`${core}/services/s`, 'm1', {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 's' },
          spec: { ports: [{ port: 80 }], selector: { a: 'b' } },
        }),
        apply(`${core}/services/s`, 'm2', {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 's' },
          spec: { ports: [{ port: 81, name: 'x' }], selector: { c: 'd' } },
        }),
        apply(`${core}/secrets/s`, 'm1', {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 's' },
          stringData: { k: 'v' },
        }),
      ],
    },
    {
      name: 'an object whose lists cannot be told apart by their keys takes no apply',
      steps: [
        post(`${core}/serviceaccounts`, { metadata: { name: 'a' }, secrets: [{ namespace: 'x' }] }),
        apply(`${core}/serviceaccounts/a`, 'm', {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: 'a', labels: { a: 'b' } },
          secrets: [],
        }),
        put(`${core}/serviceaccounts/a`, { metadata: { name: 'a' }, secrets: [{ name: 'b' }] }),
        apply(`${core}/serviceaccounts/a`, 'm', {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: 'a', labels: { a: 'b' } },
          secrets: [{ name: 'c' }],
        }),
      ],
    },
    {
      name: 'numbers may be applied with a fraction of nothing, with an exponent, and with more digits than a double has',
      steps: [
        ...defined(NUMBERS),
        ...[
          '{"i":1.0}',
          '{"i":2e1}',
          '{"i":1.5}',
          '{"i":9007199254740993}',
          '{"n":1.0}',
          '{"n":1e21}',
          '{"x":3.0}',
          '{"any":1.0}',
        ].map((spec, at) => applied(`${WIDGETS}/a${at}`, widgetText(`a${at}`, spec))),
        applied(`${WIDGETS}/a0`, widgetText('a0', '{"i":1}'), 'other'),
        applied(`${WIDGETS}/a4`, widgetText('a4', '{"n":1}'), 'other'),
        ...['2.0', '3e0', '2.5'].map((replicas) =>
          applied(`${DEPLOYMENTS}/d`, JSON.stringify(deployment('d', { replicas: 77 })).replace('77', replicas)),
        ),
      ],
    },
  ],
};
