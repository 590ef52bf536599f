import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, isInvalid, isNotFound, type Transport } from '@opwright/client';
import { type Cluster, startCluster } from '@opwright/cluster';
import { Event, Pod } from '@opwright/kubernetes/core';
import { accessRules, createManager, type Manager, operatorCrds } from 'opwright';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Foo } from '../examples/foo/foo.ts';
import operator from '../examples/foo/operator.ts';
import { eventually } from './support/eventually.ts';
import { describeKubectl, type Kubectl, kubectlFor } from './support/kubectl.ts';
import { type RecordingLogger, recordingLogger } from './support/recording-logger.ts';

/** What a person does to the cluster, by whatever means. */
interface Person {
  apply(yaml: string): Promise<void>;
  /** Sets `spec.name` of a Foo. */
  rename(foo: string, friend: string): Promise<void>;
  deletePod(name: string, namespace?: string): Promise<void>;
  deleteFoo(name: string): Promise<void>;
  /** Tries to create a Foo and returns the refusal. */
  refused(yaml: string): Promise<string>;
}

const foo = (name: string, spec: string) => `
apiVersion: tutorial.my.domain/v1
kind: Foo
metadata: { name: ${name}, namespace: default }
spec: ${spec}
`;
const samples = `${foo('foo-1', '{ name: jack }')}---${foo('foo-2', '{ name: joe }')}`;
const pod = (name: string, namespace = 'default') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${namespace} }
spec: { containers: [{ name: main, image: ubuntu, command: [sleep, infinity] }] }
`;

let folder: string;
let cluster: Cluster;
let manager: Manager;
let logger: RecordingLogger;
let kubectl: Kubectl;

/** Starts the operator with the rights of its own role and nothing more. */
async function startOperator(transport: Transport = cluster.as(operatorUser)): Promise<void> {
  logger = recordingLogger();
  manager = createManager(operator, { transport, metricsAddress: '0', probeAddress: '0', logger });
  await manager.start();
}

const operatorUser = { name: 'system:serviceaccount:foo-operator-system:foo-operator' };

const happy = async (name: string) => (await cluster.client.get(Foo, { namespace: 'default', name })).status?.happy;
const becomes = (name: string, value: boolean) => eventually(async () => (await happy(name)) === value);
const version = async (name: string) =>
  (await cluster.client.get(Foo, { namespace: 'default', name })).metadata.resourceVersion;
const reconciled = (name: string) => eventually(async () => (await happy(name)) !== undefined);

const byClient: Person = {
  apply: async (yaml) => void (await cluster.load(yaml)),
  rename: async (name, friend) =>
    void (await cluster.client.patch(
      Foo,
      { namespace: 'default', name },
      { type: 'merge', patch: { spec: { name: friend } } },
    )),
  async deletePod(name, namespace = 'default') {
    await cluster.client.delete(Pod, { namespace, name }, { gracePeriodSeconds: 1 });
    await eventually(() => cluster.client.get(Pod, { namespace, name }).then(() => false, isNotFound));
  },
  deleteFoo: async (name) => void (await cluster.client.delete(Foo, { namespace: 'default', name })),
  refused: (yaml) =>
    cluster.load(yaml).then(
      () => 'accepted',
      (error) => (isInvalid(error) ? error.message : String(error)),
    ),
};

async function ok(...args: string[]): Promise<string> {
  const result = await kubectl(args);
  expect(result, `kubectl ${args.join(' ')}`).toMatchObject({ code: 0 });
  return result.stdout;
}

const byKubectl: Person = {
  async apply(yaml) {
    expect(await kubectl(['apply', '-f', '-'], { input: yaml })).toMatchObject({ code: 0 });
  },
  rename: async (name, friend) =>
    void (await ok('patch', 'foo', name, '--type=merge', '-p', JSON.stringify({ spec: { name: friend } }))),
  deletePod: async (name, namespace = 'default') =>
    void (await ok('delete', 'pod', name, '-n', namespace, '--grace-period=1')),
  deleteFoo: async (name) => void (await ok('delete', 'foo', name)),
  refused: async (yaml) => (await kubectl(['apply', '-f', '-'], { input: yaml })).stderr,
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'opwright-test-'));
  cluster = await startCluster({ serve: true, kubeconfig: join(folder, 'kubeconfig') });
  await cluster.load([
    ...operatorCrds(operator),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'foo-operator' },
      rules: accessRules(operator),
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'foo-operator' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'foo-operator' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: operatorUser.name }],
    },
  ]);
  kubectl = kubectlFor(join(folder, 'kubeconfig'));
});

afterEach(async () => {
  await manager?.stop();
  kubectl.dispose();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

function scenario(person: Person): void {
  test('A2: both samples are reconciled and nobody is happy yet', async () => {
    await startOperator();
    await person.apply(samples);
    await becomes('foo-1', false);
    await becomes('foo-2', false);
  });

  test('A3: a Foo without spec.name is refused, and the message names the field', async () => {
    expect(await person.refused(foo('bad', '{}'))).toContain('spec.name: Required value');
    expect(await person.refused(foo('bad', '{ name: "" }'))).toContain(
      'spec.name in body should be at least 1 chars long',
    );
  });

  test('A4, A6: a Foo is happy while the pod of its friend exists, and only that Foo is touched', async () => {
    await startOperator();
    await person.apply(samples);
    await reconciled('foo-1');
    await reconciled('foo-2');
    const untouched = await version('foo-2');
    await person.apply(pod('jack'));
    await becomes('foo-1', true);
    expect(await version('foo-2')).toBe(untouched);
    await person.deletePod('jack');
    await becomes('foo-1', false);
  });

  test('A5: the friend may live in another namespace', async () => {
    await startOperator();
    await person.apply(`apiVersion: v1\nkind: Namespace\nmetadata: { name: elsewhere }\n---${samples}`);
    await person.apply(pod('joe', 'elsewhere'));
    await becomes('foo-2', true);
  });

  test('A7: a Foo that changes its friend becomes happy without any event of a pod', async () => {
    await startOperator();
    await person.apply(`${samples}---${pod('joe')}`);
    await becomes('foo-2', true);
    await person.rename('foo-1', 'joe');
    await becomes('foo-1', true);
  });

  test('A8: two Foos with the same friend both follow one event', async () => {
    await startOperator();
    await person.apply(`${foo('foo-1', '{ name: jack }')}---${foo('foo-2', '{ name: jack }')}`);
    await reconciled('foo-1');
    await reconciled('foo-2');
    await person.apply(pod('jack'));
    await becomes('foo-1', true);
    await becomes('foo-2', true);
  });

  test('A9: the deletion of a Foo is no error', async () => {
    await startOperator();
    await person.apply(samples);
    await reconciled('foo-1');
    await person.deleteFoo('foo-1');
    await person.rename('foo-2', 'jack');
    await eventually(async () =>
      (
        await cluster.client.get(Foo, { namespace: 'default', name: 'foo-2' })
      ).status?.conditions?.[0]?.message?.includes('jack'),
    );
    expect(logger.lines('error')).toEqual([]);
  });

  test('A10: an operator that starts late converges from what exists', async () => {
    await person.apply(`${samples}---${pod('jack')}`);
    await startOperator();
    await becomes('foo-1', true);
    await becomes('foo-2', false);
    await manager.stop();
    await person.deletePod('jack');
    await person.apply(pod('joe'));
    await startOperator();
    await becomes('foo-1', false);
    await becomes('foo-2', true);
  });
}

describe('the Foo operator through the in-process transport', () => {
  scenario(byClient);

  test('A1: the CRD is the one of the tutorial, plus what this example adds', () => {
    const [crd] = operatorCrds(operator);
    expect(crd).toMatchObject({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'foos.tutorial.my.domain' },
      spec: {
        group: 'tutorial.my.domain',
        names: { kind: 'Foo', listKind: 'FooList', plural: 'foos', singular: 'foo' },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  apiVersion: { type: 'string' },
                  kind: { type: 'string' },
                  metadata: { type: 'object' },
                  spec: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
                  status: { type: 'object', properties: { happy: { type: 'boolean' } } },
                },
              },
            },
          },
        ],
      },
    });
  });

  test('A12: the role holds what the controller declares and nothing else', () => {
    expect(accessRules(operator)).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
      { apiGroups: ['tutorial.my.domain'], resources: ['foos'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['tutorial.my.domain'], resources: ['foos/status'], verbs: ['get', 'patch', 'update'] },
    ]);
  });

  test('A13: nothing is written once the state is reached, however often the operator looks', async () => {
    await startOperator();
    await byClient.apply(`${samples}---${pod('jack')}`);
    await becomes('foo-1', true);
    const before = await version('foo-1');
    await cluster.client.patch(
      Pod,
      { namespace: 'default', name: 'jack' },
      { type: 'merge', patch: { metadata: { labels: { a: '1' } } } },
    );
    await byClient.rename('foo-2', 'jack');
    await becomes('foo-2', true);
    expect(await version('foo-1')).toBe(before);
  });

  test('X: a failing list of pods never makes a happy Foo unhappy', async () => {
    await byClient.apply(`${samples}---${pod('jack')}`);
    await startOperator();
    await becomes('foo-1', true);
    await manager.stop();
    const seen: (boolean | undefined)[] = [];
    const watching = new AbortController();
    const watch = (async () => {
      for await (const event of cluster.client.watch(Foo, {
        signal: watching.signal,
        fieldSelector: 'metadata.name=foo-1',
      })) {
        if (event.type === 'ADDED' || event.type === 'MODIFIED') seen.push(event.object.status?.happy);
      }
    })().catch(() => {});
    let failures = 1;
    const flaky: Transport = {
      ...cluster.as(operatorUser),
      async request(request) {
        if (failures > 0 && request.path.startsWith('/api/v1/pods')) {
          failures -= 1;
          return cluster.as({ name: 'nobody' }).request(request);
        }
        return cluster.as(operatorUser).request(request);
      },
    };
    await startOperator(flaky);
    await byClient.apply(pod('joe'));
    await becomes('foo-2', true);
    expect(failures).toBe(0);
    watching.abort();
    await watch;
    expect(seen).not.toContain(false);
  });

  test('X: an event tells each transition once', async () => {
    await startOperator();
    await byClient.apply(samples);
    await reconciled('foo-1');
    await byClient.apply(pod('jack'));
    await becomes('foo-1', true);
    await byClient.deletePod('jack');
    await becomes('foo-1', false);
    const events = await eventually(async () => {
      const { items } = await cluster.client.list(Event, { namespace: 'default' });
      const ours = items
        .filter((event) => event.involvedObject.kind === 'Foo')
        .map((event) => `${event.involvedObject.name} ${event.reason}`);
      return ours.length >= 2 && ours;
    });
    expect(events.sort()).toEqual(['foo-1 FriendFound', 'foo-1 FriendLost']);
  });

  test('X: the condition carries reason, generation and the time of its last change', async () => {
    await startOperator();
    await byClient.apply(samples);
    await reconciled('foo-1');
    const { status, metadata } = await cluster.client.get(Foo, { namespace: 'default', name: 'foo-1' });
    expect(status?.conditions).toEqual([
      {
        type: 'Happy',
        status: 'False',
        reason: 'FriendLost',
        message: 'jack is not here',
        observedGeneration: metadata.generation,
        lastTransitionTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
    ]);
  });
});

describeKubectl('the Foo operator with kubectl', () => {
  scenario(byKubectl);

  test('X: the columns, the condition and the events are there to see', async () => {
    await startOperator();
    await byKubectl.apply(`${samples}---${pod('jack')}`);
    await ok('wait', '--for=condition=Happy', 'foo/foo-1', '--timeout=10s');
    const [header, first, second] = (await ok('get', 'foos')).split('\n').map((line) => line.trim().split(/\s{2,}/));
    expect(header).toEqual(['NAME', 'FRIEND', 'HAPPY', 'AGE']);
    expect(first?.slice(0, 3)).toEqual(['foo-1', 'jack', 'true']);
    expect(second?.slice(0, 3)).toEqual(['foo-2', 'joe', 'false']);
    expect(
      await eventually(async () => /FriendFound.*jack is here/.exec(await ok('describe', 'foo', 'foo-1'))?.[0]),
    ).toBeDefined();
  });
});

test('the operator serves another client at the same time', async () => {
  await startOperator();
  await byClient.apply(samples);
  await reconciled('foo-1');
  const other = createClient(cluster.transport);
  expect((await other.list(Foo)).items.map((item) => item.metadata.name)).toEqual(['foo-1', 'foo-2']);
});
