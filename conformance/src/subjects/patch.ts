import type { Subject } from '../case.ts';
import { configMap, core, deployment, get, inGroup, patch, post, send } from '../steps.ts';

const CMS = `${core}/configmaps`;
const DEPLOYMENTS = `${inGroup('apps/v1')}/deployments`;
const CONTAINERS = 'spec.template.spec.containers';

/** D21–D24: JSON, merge and strategic merge patches. */
export const patches: Subject = {
  id: 'patch',
  cases: [
    {
      name: 'a merge patch sets, replaces and removes by null',
      steps: [
        post(CMS, configMap('a', { data: { k: '1', l: '2' } }), { save: { rv: 'metadata.resourceVersion' } }),
        patch(`${CMS}/a`, 'merge', { data: { k: null, m: '3' } }),
        patch(`${CMS}/a`, 'merge', { metadata: { labels: { a: 'b' }, finalizers: ['ex.io/a', 'ex.io/b'] } }),
        patch(`${CMS}/a`, 'merge', { metadata: { finalizers: ['ex.io/c'] } }),
        patch(`${CMS}/a`, 'merge', { metadata: { finalizers: null, labels: null } }),
        patch(`${CMS}/a`, 'merge', { data: null }),
        patch(`${CMS}/a`, 'merge', { data: { k: '9' }, metadata: { resourceVersion: '{{rv}}' } }),
        patch(`${CMS}/a`, 'merge', { data: { k: 5 } }),
        patch(`${CMS}/a`, 'merge', { data: [] }),
        patch(`${CMS}/a`, 'merge', { kind: 'Secret' }),
        patch(`${CMS}/a`, 'merge', { apiVersion: 'v2' }),
        patch(`${CMS}/missing`, 'merge', { data: { k: 'v' } }),
      ],
    },
    {
      name: 'a merge patch that is not an object is refused',
      steps: [
        post(CMS, configMap('a')),
        ...['[]', '"x"', '5', 'null', 'true', '{bad', '', '{"a":}', '{"data":{"k":"v"}} x'].map((text) =>
          send(`PATCH ${CMS}/a`, { text }, 'application/merge-patch+json'),
        ),
      ],
    },
    {
      name: 'a JSON patch applies its operations in order, all or none',
      steps: [
        post(CMS, configMap('a', { data: { k: '1', l: '2' } }, { finalizers: ['ex.io/a', 'ex.io/b'] })),
        ...[
          [
            { op: 'test', path: '/data/k', value: '1' },
            { op: 'replace', path: '/data/k', value: '2' },
          ],
          [{ op: 'test', path: '/data/k', value: 'wrong' }],
          [{ op: 'test', path: '/data/absent', value: null }],
          [{ op: 'test', path: '/data/absent', value: 'x' }],
          [{ op: 'remove', path: '/data/absent' }],
          [{ op: 'remove', path: '/data/l' }],
          [{ op: 'replace', path: '/data/new', value: 'x' }],
          [{ op: 'add', path: '/deep/er/x', value: 'x' }],
          [
            { op: 'add', path: '/metadata/labels', value: {} },
            { op: 'add', path: '/metadata/labels/a~1b', value: 'c' },
          ],
          [{ op: 'move', from: '/data/k', path: '/data/moved' }],
          [{ op: 'copy', from: '/data/moved', path: '/data/copied' }],
          [{ op: 'copy', from: '/data/none', path: '/data/x' }],
          [{ op: 'add', path: '/metadata/finalizers/-', value: 'ex.io/c' }],
          [{ op: 'add', path: '/metadata/finalizers/0', value: 'ex.io/d' }],
          [{ op: 'add', path: '/metadata/finalizers/9', value: 'ex.io/e' }],
          [{ op: 'remove', path: '/metadata/finalizers/-1' }],
          [{ op: 'replace', path: '/metadata/finalizers/9', value: 'x' }],
          [{ op: 'remove', path: '/metadata/finalizers' }],
          [{ op: 'nonsense', path: '/data' }],
          [{ path: '/data' }],
          [{ op: 'add', value: 'x' }],
          [{ op: 'add', path: 'data/x', value: 'x' }],
          [{ op: 'replace', path: '/data/k', value: 5 }],
          [
            { op: 'add', path: '/data/half', value: 'x' },
            { op: 'test', path: '/data/half', value: 'y' },
          ],
        ].map((body) => patch(`${CMS}/a`, 'json', body)),
        get(`${CMS}/a`),
      ],
    },
    {
      name: 'a JSON patch does not replace the whole object',
      steps: [
        post(CMS, configMap('a')),
        patch(`${CMS}/a`, 'json', [{ op: 'replace', path: '', value: { metadata: { name: 'a' } } }]),
      ],
    },
    {
      name: 'a JSON patch that is not a list of operations is refused',
      steps: [
        post(CMS, configMap('a')),
        ...['{}', '"x"', '[1]', 'null', '{bad', '', '[{"op":5}]', '[{"op":"add","path":"/data"}]', '[[]]'].map((text) =>
          send(`PATCH ${CMS}/a`, { text }, 'application/json-patch+json'),
        ),
        send(
          `PATCH ${CMS}/a`,
          {
            text: JSON.stringify(
              Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' })),
            ),
          },
          'application/json-patch+json',
        ),
      ],
    },
    {
      name: 'a strategic merge patch merges lists by their keys',
      steps: [
        post(DEPLOYMENTS, deployment('d', {}, { ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }] }), {
          keep: [CONTAINERS],
        }),
        ...[
          { containers: [{ name: 'main', image: 'example.com/main:2' }] },
          { containers: [{ name: 'side', image: 'example.com/side:1' }] },
          { containers: [{ name: 'main', ports: [{ containerPort: 81 }] }] },
          { containers: [{ name: 'main', ports: [{ containerPort: 80, protocol: 'UDP' }] }] },
          {
            containers: [
              {
                name: 'main',
                env: [{ name: 'A', value: null, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
              },
            ],
          },
          { containers: [{ name: 'main', env: [{ name: 'B', value: '2' }] }] },
          { containers: [{ name: 'main', env: [{ name: 'A', $patch: 'delete' }] }] },
          { containers: [{ name: 'main', args: ['a', 'b'] }] },
          { containers: [{ name: 'main', args: ['c'] }] },
          { containers: [{ name: 'side', $patch: 'delete' }] },
          { $setElementOrder: 0 },
          {
            '$setElementOrder/containers': [{ name: 'first' }, { name: 'main' }],
            containers: [{ name: 'first', image: 'i' }],
          },
          { '$setElementOrder/containers': [{ name: 'main' }, { name: 'first' }] },
          { containers: [{ $patch: 'replace' }, { name: 'only', image: 'i' }] },
          { tolerations: [{ key: 'a', operator: 'Exists' }] },
          { tolerations: [{ key: 'b', operator: 'Exists' }] },
          { volumes: [{ name: 'v', emptyDir: {} }] },
          { volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' } }] },
          { volumes: [{ name: 'v', emptyDir: {} }] },
          { volumes: null },
          { imagePullSecrets: [{ name: 'a' }] },
          { imagePullSecrets: [{ name: 'b' }] },
          { hostAliases: [{ ip: '1.2.3.4', hostnames: ['a'] }] },
          { nodeSelector: { a: 'b' } },
          { nodeSelector: { $patch: 'replace', c: 'd' } },
          { nodeSelector: { $patch: 'delete' } },
          { nodeSelector: { $patch: 'bogus' } },
        ].map((spec) =>
          patch(
            `${DEPLOYMENTS}/d`,
            'strategic',
            { spec: { template: { spec } } },
            { keep: ['spec.template.spec', 'message', 'reason', 'code', 'details'] },
          ),
        ),
      ],
    },
    {
      name: 'a strategic merge patch knows primitive lists, whole replacements and retained keys',
      steps: [
        post(CMS, configMap('a', {}, { finalizers: ['ex.io/a', 'ex.io/b'] })),
        patch(`${CMS}/a`, 'strategic', { metadata: { finalizers: ['ex.io/c'] } }),
        patch(`${CMS}/a`, 'strategic', { metadata: { '$deleteFromPrimitiveList/finalizers': ['ex.io/a'] } }),
        patch(`${CMS}/a`, 'strategic', { metadata: { '$setElementOrder/finalizers': ['ex.io/b', 'ex.io/c'] } }),
        patch(`${CMS}/a`, 'strategic', {
          metadata: { '$setElementOrder/finalizers': ['ex.io/x', 'ex.io/b'], finalizers: ['ex.io/x'] },
        }),
        patch(`${CMS}/a`, 'strategic', { metadata: { finalizers: null } }),
        patch(`${CMS}/a`, 'strategic', { data: { a: '1', b: '2' } }),
        patch(`${CMS}/a`, 'strategic', { data: { $patch: 'replace', c: '3' } }),
        patch(`${CMS}/a`, 'strategic', { data: { c: null, d: '4' } }),
        patch(`${CMS}/a`, 'strategic', {
          metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u1' }] },
        }),
        patch(`${CMS}/a`, 'strategic', { metadata: { ownerReferences: [{ uid: 'u1', controller: true }] } }),
        patch(`${CMS}/a`, 'strategic', { metadata: { ownerReferences: [{ uid: 'u1', $patch: 'delete' }] } }),
        post(DEPLOYMENTS, deployment('d'), { keep: ['spec.strategy'] }),
        patch(`${DEPLOYMENTS}/d`, 'strategic', { spec: { strategy: { type: 'Recreate' } } }),
        patch(`${DEPLOYMENTS}/d`, 'strategic', { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }),
        patch(`${DEPLOYMENTS}/d`, 'strategic', { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } }),
        post(
          `${core}/services`,
          { metadata: { name: 's' }, spec: { ports: [{ name: 'a', port: 80 }] } },
          { keep: ['spec.ports'] },
        ),
        patch(
          `${core}/services/s`,
          'strategic',
          { spec: { ports: [{ name: 'b', port: 81 }] } },
          { keep: ['spec.ports'] },
        ),
        patch(
          `${core}/services/s`,
          'strategic',
          { spec: { ports: [{ port: 80, targetPort: 8080 }] } },
          { keep: ['spec.ports'] },
        ),
      ],
    },
    {
      name: 'a strategic merge patch that makes no sense is refused',
      steps: [
        post(DEPLOYMENTS, deployment('d'), { keep: ['kind'] }),
        ...[
          { spec: { template: { spec: { containers: [{ image: 'x' }] } } } },
          { spec: { template: { spec: { containers: 'x' } } } },
          { spec: { template: { spec: { containers: [5] } } } },
          { spec: { template: 'x' } },
          { spec: { replicas: 'x' } },
          { spec: { replicas: 1.5 } },
          { $patch: 'bogus' },
          { spec: { $patch: 'bogus' } },
          { $patch: 'delete' },
          { spec: { template: { spec: { containers: [{ name: 'main', $patch: 'bogus' }] } } } },
          { spec: { template: { spec: { containers: null } } } },
          { metadata: { '$deleteFromPrimitiveList/finalizers': 'x' } },
          {
            spec: {
              template: {
                spec: {
                  '$setElementOrder/containers': [{ name: 'other' }],
                  containers: [{ name: 'main', image: 'x' }],
                },
              },
            },
          },
          { spec: { strategy: { $retainKeys: 'x' } } },
          { spec: { strategy: { $retainKeys: ['rollingUpdate'], type: 'Recreate' } } },
          { kind: 'StatefulSet' },
          { metadata: { name: 'other' } },
          { metadata: { labels: { a: 5 } } },
        ].map((body) => patch(`${DEPLOYMENTS}/d`, 'strategic', body)),
        ...['[]', '"x"', 'null', '{bad', ''].map((text) =>
          send(`PATCH ${DEPLOYMENTS}/d`, { text }, 'application/strategic-merge-patch+json'),
        ),
        patch(`${DEPLOYMENTS}/missing`, 'strategic', {}),
      ],
    },
    {
      name: 'a patch needs a type that is known',
      steps: [
        post(CMS, configMap('a')),
        ...[
          'application/json',
          'text/plain',
          'application/yaml',
          '',
          'application/merge-patch+json; charset=utf-8',
          'application/nonsense-patch+json',
          'application/apply-patch+cbor',
        ].map((type) => send(`PATCH ${CMS}/a`, { text: '{"data":{"k":"v"}}' }, type)),
        { request: `PATCH ${CMS}/a`, headers: { 'content-type': 'application/merge-patch+json' } },
      ],
    },
    {
      name: 'a patch that makes an invalid object is refused with the fields',
      steps: [
        post(DEPLOYMENTS, deployment('d'), { keep: ['kind'] }),
        patch(`${DEPLOYMENTS}/d`, 'merge', { spec: { replicas: -5, minReadySeconds: -1 } }),
        patch(`${DEPLOYMENTS}/d`, 'json', [{ op: 'remove', path: '/spec/template/spec/containers/0/image' }]),
        patch(`${DEPLOYMENTS}/d`, 'json', [{ op: 'remove', path: '/spec/template/spec/containers' }]),
        patch(`${DEPLOYMENTS}/d`, 'json', [{ op: 'remove', path: '/spec/template' }]),
        patch(`${DEPLOYMENTS}/d`, 'json', [{ op: 'remove', path: '/metadata/name' }]),
        patch(`${DEPLOYMENTS}/d`, 'json', [{ op: 'remove', path: '/kind' }]),
        patch(`${DEPLOYMENTS}/d`, 'json', [{ op: 'remove', path: '/spec/replicas' }], { keep: ['spec.replicas'] }),
        patch(`${DEPLOYMENTS}/d`, 'merge', { spec: { template: { spec: { restartPolicy: 'Never' } } } }),
        patch(`${DEPLOYMENTS}/d`, 'merge', { spec: { strategy: { type: 'Nonsense' } } }),
      ],
    },
  ],
};
