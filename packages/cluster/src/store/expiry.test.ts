import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Event } from '@opwright/kubernetes/core';
import { VirtualClock } from '@opwright/machinery';
import { expect, onTestFinished, test } from 'vitest';
import { type Cluster, startCluster } from '../index.ts';

const MINUTE_MS = 60_000;

const names = async (cluster: Cluster) =>
  (await cluster.client.list(Event, { namespace: 'default' })).items.map(({ metadata }) => metadata.name);

const create = (cluster: Cluster, name: string) =>
  cluster.client.create(Event, {
    metadata: { namespace: 'default', name },
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
    message: 'm',
  });

test('events are gone an hour after they were last written, and watchers are told', async () => {
  const clock = new VirtualClock();
  await using cluster = await startCluster({ clock, profile: 'envtest' });
  const watch = await cluster.transport.request({
    method: 'GET',
    path: '/apis/events.k8s.io/v1/events?watch=1&timeoutSeconds=9999',
    stream: true,
  });
  await create(cluster, 'a');
  await create(cluster, 'b');
  await clock.advance(59 * MINUTE_MS);
  await cluster.client.patch(
    Event,
    { namespace: 'default', name: 'a' },
    {
      type: 'merge',
      patch: { count: 2 },
    },
  );
  await clock.advance(2 * MINUTE_MS);
  expect(await names(cluster)).toEqual(['a']);
  await clock.advance(58 * MINUTE_MS);
  expect(await names(cluster)).toEqual([]);
  const seen: string[] = [];
  for await (const event of watch.lines()) {
    const { type, object } = event as { type: string; object: { metadata: { name: string } } };
    if (seen.push(`${type} ${object.metadata.name}`) === 5) break;
  }
  expect(seen).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b', 'DELETED a']);
});

test('events of a cluster that is kept end when they would have', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-expiry-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const clock = new VirtualClock();
  const options = { clock, profile: 'envtest', data: join(folder, 'data') } as const;
  {
    await using cluster = await startCluster(options);
    await create(cluster, 'a');
    await create(cluster, 'b');
    await clock.advance(30 * MINUTE_MS);
    const patch = { count: 2 };
    await cluster.client.patch(Event, { namespace: 'default', name: 'a' }, { type: 'merge', patch });
  }
  await clock.advance(35 * MINUTE_MS);
  await using cluster = await startCluster(options);
  await clock.advance(0);
  expect(await names(cluster)).toEqual(['a']);
  await clock.advance(25 * MINUTE_MS);
  expect(await names(cluster)).toEqual([]);
});

test('events are kept as long as the cluster is told to', async () => {
  const clock = new VirtualClock();
  await using cluster = await startCluster({ clock, profile: 'envtest', eventTtlMs: 0 });
  await create(cluster, 'a');
  await clock.advance(100 * 60 * MINUTE_MS);
  expect(await names(cluster)).toEqual(['a']);
});
