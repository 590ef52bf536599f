import type { KubeObject } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { isApplied } from './applied.ts';

const desired = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    strategy: {},
    template: {
      spec: {
        containers: [
          {
            name: 'web',
            image: 'nginx',
            args: ['-v', '-x'],
            ports: [{ containerPort: 80 }],
            env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
          },
        ],
      },
    },
  },
};

const fieldsV1 = {
  'f:metadata': { 'f:labels': { 'f:app': {} } },
  'f:spec': {
    'f:replicas': {},
    'f:selector': {},
    'f:strategy': {},
    'f:template': {
      'f:spec': {
        'f:containers': {
          'k:{"name":"web"}': {
            '.': {},
            'f:name': {},
            'f:image': {},
            'f:args': {},
            'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
            'f:env': {
              'k:{"name":"NODE"}': { '.': {}, 'f:name': {}, 'f:valueFrom': { 'f:fieldRef': {} } },
            },
          },
        },
      },
    },
  },
};

/** The object as the server shows it: defaults, another container, other labels, a status. */
const live = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    namespace: 'default',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: 'web', team: 'a' },
    managedFields: [
      { manager: 'kubectl', operation: 'Update' as const, fieldsV1: {} },
      { manager: 'op', operation: 'Apply' as const, subresource: 'status', fieldsV1: {} },
      { manager: 'op', operation: 'Apply' as const, fieldsV1 },
    ],
  },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    strategy: { type: 'RollingUpdate' },
    template: {
      spec: {
        restartPolicy: 'Always',
        containers: [
          { name: 'sidecar', image: 'proxy' },
          {
            name: 'web',
            image: 'nginx',
            imagePullPolicy: 'Always',
            args: ['-v', '-x'],
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            env: [{ name: 'NODE', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } }],
          },
        ],
      },
    },
  },
  status: { replicas: 2 },
} satisfies KubeObject & Record<string, unknown>;

type Tree = { [key: string]: Tree } & Tree[];

/** A deep copy with one change. */
function changed<T extends object>(value: T, change: (copy: Tree) => unknown): T {
  const copy = structuredClone(value);
  change(copy as unknown as Tree);
  return copy;
}

const containerOf = (tree: Tree, index: number) =>
  tree.spec!.template!.spec!.containers![index]! as unknown as Record<string, unknown>;

test('defaults, fields of others and their list items do not matter', () => {
  expect(isApplied(desired, live, 'op')).toBe(true);
});

test('undefined is absence', () => {
  expect(
    isApplied({ ...desired, data: undefined, metadata: { ...desired.metadata, annotations: undefined } }, live, 'op'),
  ).toBe(true);
});

test.each<[string, object, KubeObject]>([
  ['a changed value', desired, changed(live, (copy) => Object.assign(copy.spec!, { replicas: 3 }))],
  [
    'a changed value in a list item',
    desired,
    changed(live, (copy) => Object.assign(containerOf(copy, 1), { image: 'evil' })),
  ],
  ['a missing list item', desired, changed(live, (copy) => copy.spec!.template!.spec!.containers!.pop())],
  [
    'an atomic list in another order',
    desired,
    changed(live, (copy) => Object.assign(containerOf(copy, 1), { args: ['-x', '-v'] })),
  ],
  ['a label that was dropped by us', changed(desired, (copy) => delete copy.metadata!.labels), live],
  [
    'a list item that was dropped by us',
    changed(desired, (copy) => Object.assign(copy.spec!.template!.spec!, { containers: [] })),
    live,
  ],
  ['a field that is new', changed(desired, (copy) => Object.assign(copy.spec!, { paused: true })), live],
  [
    'a field that is new to us though it has the value',
    changed(desired, (copy) => Object.assign(copy.metadata!.labels!, { team: 'a' })),
    live,
  ],
  [
    'a key of the prototype',
    changed(desired, (copy) => Object.assign(copy.metadata!.labels!, { constructor: 'x' })),
    live,
  ],
  [
    'a field that somebody else has taken',
    desired,
    changed(live, (copy) => {
      const fields = copy.metadata!.managedFields![2]!.fieldsV1!;
      delete fields['f:spec']!['f:replicas'];
    }),
  ],
  ['no managed fields', desired, changed(live, (copy) => delete copy.metadata!.managedFields)],
])('%s is a reason to apply', (_name, wanted, found) => {
  expect(isApplied(wanted, found, 'op')).toBe(false);
});

test('another manager has applied nothing of ours', () => {
  expect(isApplied(desired, live, 'kubectl')).toBe(false);
});

test('items of a set are found by value', () => {
  const finalizers = ['a/b'];
  const object = changed(live, (copy) => {
    Object.assign(copy.metadata!, { finalizers: ['x/y', 'a/b'] });
    Object.assign(copy.metadata!.managedFields![2]!, {
      fieldsV1: { 'f:metadata': { 'f:finalizers': { 'v:"a/b"': {} } } },
    });
  });
  expect(isApplied({ metadata: { name: 'web', finalizers } }, object, 'op')).toBe(true);
  expect(isApplied({ metadata: { name: 'web', finalizers: ['x/y'] } }, object, 'op')).toBe(false);
});
