import { createClient, type Transport } from '@opwright/client';
import { type Cluster, startCluster } from '@opwright/cluster';
import { ConfigMap, Event, Namespace, Pod } from '@opwright/kubernetes/core';
import { k } from '@opwright/schema';
import {
  callbackLogger,
  controller,
  createManager,
  defineOperator,
  defineResource,
  type LogLine,
  type Manager,
} from 'opwright';
import { afterEach, beforeEach, expect, test } from 'vitest';

const Foo = defineResource({
  group: 'example.com',
  version: 'v1',
  kind: 'Foo',
  spec: k.object({ name: k.string() }),
  status: k.object({
    happy: k.boolean().optional(),
    observedGeneration: k.integer().optional(),
    conditions: k.conditions().optional(),
  }),
});
const key = { namespace: 'default', name: 'foo-1' };

let cluster: Cluster;
let manager: Manager | undefined;
let lines: LogLine[];
/** What the operator wrote, without the query. */
let writes: string[];

beforeEach(async () => {
  cluster = await startCluster({ profile: 'envtest' });
  await cluster.load([Foo.crd()]);
  lines = [];
  writes = [];
});

afterEach(async () => {
  await manager?.stop();
  await cluster.stop();
});

function counted(transport: Transport): Transport {
  return {
    close: () => transport.close(),
    request(request) {
      if (request.method !== 'GET') writes.push(`${request.method} ${request.path.split('?')[0]}`);
      return transport.request(request);
    },
  };
}

async function run(
  operator: ReturnType<typeof defineOperator>,
  options: Partial<Parameters<typeof createManager>[1]> = {},
): Promise<void> {
  manager = createManager(operator, {
    transport: counted(cluster.transport),
    metricsAddress: '0',
    probeAddress: '0',
    logger: callbackLogger((line) => lines.push(line)),
    ...options,
  });
  await manager.start();
}

const problems = () => lines.filter(({ level }) => level === 'error' || level === 'warn');
const foo = () => cluster.client.get(Foo, key);
const relabel = (value: string) =>
  cluster.client.patch(Foo, key, { type: 'merge', patch: { metadata: { labels: { value } } } });

test('children are applied once, whatever defaults and other forms of values the server makes of them', async () => {
  let runs = 0;
  const operator = defineOperator({
    name: 'op',
    controllers: [
      controller(Foo)
        .owns(ConfigMap)
        .owns(Pod)
        .reconcile(async (object, ctx) => {
          const { name } = object.metadata;
          await ctx.apply(ConfigMap, { metadata: { name, labels: { a: 'b' } }, data: { friend: object.spec.name } });
          await ctx.apply(Pod, {
            metadata: { name },
            spec: {
              containers: [
                {
                  name: 'main',
                  image: 'ubuntu',
                  ports: [{ containerPort: 80 }],
                  resources: { requests: { cpu: '1000m' } },
                  env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
                },
              ],
            },
          });
          ctx.status({ happy: true });
          ctx.condition({ type: 'Ready', status: 'True', reason: 'Applied' });
          ctx.event({ reason: 'Applied', message: 'all is there' });
          runs += 1;
        })
        .finalize(async (_object, ctx) => {
          await ctx.delete(ConfigMap, 'foo-1');
        }),
    ],
  });
  await run(operator);
  await cluster.client.create(Foo, { metadata: key, spec: { name: 'jack' } });
  await expect.poll(async () => (await foo()).status?.happy).toBe(true);
  for (const value of ['1', '2', '3']) {
    const before = runs;
    await relabel(value);
    await expect.poll(() => runs).toBeGreaterThan(before);
  }
  expect(writes.filter((write) => !write.endsWith('/events') && !write.includes('/events/'))).toEqual([
    'PATCH /apis/example.com/v1/namespaces/default/foos/foo-1',
    'PATCH /api/v1/namespaces/default/configmaps/foo-1',
    'PATCH /api/v1/namespaces/default/pods/foo-1',
    'PATCH /apis/example.com/v1/namespaces/default/foos/foo-1/status',
  ]);
  expect((await foo()).status).toMatchObject({
    happy: true,
    observedGeneration: 1,
    conditions: [{ type: 'Ready', status: 'True', reason: 'Applied', observedGeneration: 1 }],
  });
  expect((await cluster.client.get(ConfigMap, key)).metadata.ownerReferences).toEqual([
    expect.objectContaining({ kind: 'Foo', name: 'foo-1', controller: true }),
  ]);

  // What somebody else has changed comes back.
  await cluster.client.patch(ConfigMap, key, { type: 'merge', patch: { data: { friend: 'eve' } } });
  await expect.poll(async () => (await cluster.client.get(ConfigMap, key)).data?.friend).toBe('jack');

  await expect
    .poll(async () => (await cluster.client.list(Event)).items.map(({ reason }) => reason))
    .toEqual(['Applied']);
  await cluster.client.delete(Foo, key);
  await expect.poll(async () => (await cluster.client.list(Foo)).items).toEqual([]);
  expect(
    (await cluster.client.list(ConfigMap, { namespace: 'default', fieldSelector: 'metadata.name=foo-1' })).items,
  ).toEqual([]);
  expect(problems()).toEqual([]);
});

test('a spec that changes is observed: one status write for the new generation', async () => {
  await run(
    defineOperator({
      name: 'op',
      controllers: [controller(Foo).reconcile((_object, ctx) => ctx.status({ happy: true }))],
    }),
  );
  await cluster.client.create(Foo, { metadata: key, spec: { name: 'jack' } });
  await expect.poll(async () => (await foo()).status?.observedGeneration).toBe(1);
  await cluster.client.patch(Foo, key, { type: 'merge', patch: { spec: { name: 'joe' } } });
  await expect.poll(async () => (await foo()).status?.observedGeneration).toBe(2);
  expect(writes).toHaveLength(2);
});

test('a history that is compacted between two watches loses nothing', async () => {
  const seen = new Set<string>();
  await run(
    defineOperator({
      name: 'op',
      controllers: [
        controller(Foo).reconcile((object) => void seen.add(`${object.metadata.name} ${object.spec.name}`)),
      ],
    }),
  );
  const client = createClient(cluster.transport);
  for (let i = 0; i < 50; i++) {
    await client.create(Foo, { metadata: { namespace: 'default', name: `foo-${i}` }, spec: { name: 'a' } });
    if (i % 10 === 0) cluster.compact();
  }
  await expect.poll(() => seen.size).toBe(50);
  expect(problems()).toEqual([]);
});

test('many workers and many requests at a time cause no warning of the platform', async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error) => warnings.push(warning.message);
  process.on('warning', onWarning);
  await run(
    defineOperator({
      name: 'op',
      controllers: [
        controller(Foo, { concurrency: 30 })
          .owns(ConfigMap)
          .reconcile(async (object, ctx) => {
            const names = Array.from({ length: 20 }, (_, i) => `${object.metadata.name}-${i}`);
            await Promise.all(names.map((name) => ctx.apply(ConfigMap, { metadata: { name }, data: {} })));
            ctx.status({ happy: true });
          }),
      ],
    }),
  );
  const names = Array.from({ length: 30 }, (_, i) => `foo-${i}`);
  for (const name of names) await cluster.client.create(Foo, { metadata: { ...key, name }, spec: { name: 'x' } });
  await expect
    .poll(async () => (await cluster.client.list(Foo)).items.filter(({ status }) => status?.happy).length, {
      timeout: 10_000,
    })
    .toBe(30);
  await manager?.stop();
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
  expect(problems()).toEqual([]);
});

test('namespaces by their labels are followed as they come and go', async () => {
  const seen = new Set<string>();
  const operator = defineOperator({
    name: 'op',
    controllers: [
      controller(Foo).reconcile((object, ctx) => {
        seen.add(object.metadata.namespace ?? '');
        ctx.status({ happy: true });
      }),
    ],
  });
  const label = (team: string) => ({ type: 'merge', patch: { metadata: { labels: { team } } } }) as const;
  for (const name of ['one', 'two']) {
    await cluster.client.create(Namespace, { metadata: { name } });
    await cluster.client.create(Foo, { metadata: { name: 'f', namespace: name }, spec: { name: 'jack' } });
  }
  await cluster.client.patch(Namespace, { name: 'one' }, label('a'));
  await run(operator, { namespaces: { labelSelector: 'team=a' } });
  await expect.poll(() => [...seen]).toEqual(['one']);
  await cluster.client.patch(Namespace, { name: 'two' }, label('a'));
  await expect.poll(() => [...seen]).toEqual(['one', 'two']);
  await cluster.client.patch(Namespace, { name: 'one' }, label('b'));
  const metric = async () =>
    /opwright_cache_objects\{group="example.com",resource="foos"\} (\d+)/.exec(await manager!.metrics())?.[1];
  await expect.poll(metric).toBe('1');
  expect(manager!.ready().reasons).toEqual([]);
  expect(problems()).toEqual([]);
});
