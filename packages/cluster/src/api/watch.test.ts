import { VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { send } from '../../test/exchange.ts';
import { type Cluster, startCluster } from '../index.ts';

const L2 = '/api/v1/namespaces/default/configmaps';

interface Event {
  readonly type: string;
  readonly object: { readonly kind: string; readonly metadata: Record<string, unknown>; readonly data?: unknown };
}

/** Opens a watch; `seen` fills as its events come. */
async function open(cluster: Cluster, query: string, headers = {}) {
  const response = await cluster.transport.request({ method: 'GET', path: `${L2}?watch=true${query}`, headers });
  const seen: Event[] = [];
  const done = (async () => {
    for await (const event of response.lines()) seen.push(event as Event);
  })();
  return { seen, done, close: () => response.close() };
}

const short = ({ type, object }: Event) => `${type} ${object.metadata.name ?? ''}`.trim();

async function started(options = {}) {
  const clock = new VirtualClock();
  const cluster = await startCluster({ profile: 'envtest', clock, ...options });
  const { transport } = cluster;
  const put = (name: string, labels: object, data: object) =>
    send(transport, `PUT ${L2}/${name}`, { metadata: { name, labels }, data });
  await send(transport, `POST ${L2}`, { metadata: { name: 'w1' }, data: { a: '1' } });
  return { clock, cluster, transport, put };
}

test('a watch from a version replays what came after it', async () => {
  const { clock, cluster, transport, put } = await started();
  const version = cluster.revision;
  await put('w1', {}, { a: '2' });
  await send(transport, `POST ${L2}`, { metadata: { name: 'w2' } });
  await send(transport, `DELETE ${L2}/w2`);
  const { seen, done } = await open(cluster, `&resourceVersion=${version}`);
  await clock.advance(0);
  expect(seen.map(short)).toEqual(['MODIFIED w1', 'ADDED w2', 'DELETED w2']);
  expect(seen[2]?.object.metadata.resourceVersion).toBe(String(cluster.revision));
  await cluster.stop();
  await done;
});

test('an object that leaves the selection is deleted in its last selected state, one that enters it is added', async () => {
  const { clock, cluster, put } = await started();
  const { seen, done } = await open(cluster, '&labelSelector=k%3Dv');
  await put('w1', { k: 'v' }, { a: '2' });
  await put('w1', {}, { a: '3' });
  await clock.advance(0);
  expect(seen.map(short)).toEqual(['ADDED w1', 'DELETED w1']);
  expect(seen[1]?.object).toMatchObject({
    data: { a: '2' },
    metadata: { labels: { k: 'v' }, resourceVersion: String(cluster.revision) },
  });
  await cluster.stop();
  await done;
});

test('a watch that asks for it gets the current state, the mark of its end, and then bookmarks', async () => {
  const { clock, cluster } = await started({ bookmarkIntervalMs: 1000 });
  const { seen, done } = await open(
    cluster,
    '&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=5',
  );
  await clock.advance(0);
  expect(seen.map(short)).toEqual(['ADDED w1', 'BOOKMARK']);
  expect(seen[1]?.object).toEqual({
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      resourceVersion: String(cluster.revision),
      creationTimestamp: null,
      annotations: {
        'k8s.io/initial-events-end': 'true',
        'kubernetes.io/initial-events-list-blueprint':
          'eyJraW5kIjoiQ29uZmlnTWFwTGlzdCIsImFwaVZlcnNpb24iOiJ2MSIsIm1ldGFkYXRhIjp7fSwiaXRlbXMiOm51bGx9Cg==',
      },
    },
  });
  await clock.advance(1500);
  expect(seen).toHaveLength(2);
  // Bookmarks tell of what has happened elsewhere.
  await cluster.client.raw('POST', '/api/v1/namespaces', { body: { metadata: { name: 'other' } } });
  await clock.advance(10_000);
  await done;
  expect(seen.slice(2).map(short)).toEqual(['BOOKMARK', 'BOOKMARK']);
  expect(clock.pending).toBe(0);
  await cluster.stop();
});

test('a watch from a forgotten version says so and ends', async () => {
  const { cluster, put } = await started();
  const version = cluster.revision - 1;
  await put('w1', {}, { a: '2' });
  cluster.compact();
  const { seen, done } = await open(cluster, `&resourceVersion=${version}`);
  await done;
  expect(seen).toEqual([
    {
      type: 'ERROR',
      object: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: `too old resource version: ${version} (${cluster.revision})`,
        reason: 'Expired',
        code: 410,
      },
    },
  ]);
  await cluster.stop();
});

test('watches go back as far as the history that the cluster was told to keep', async () => {
  const { clock, cluster } = await started({ historyLimit: 4 });
  const revisions: number[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) {
    await send(cluster.transport, `POST ${L2}`, { metadata: { name } });
    revisions.push(cluster.revision);
  }
  const old = await open(cluster, `&resourceVersion=${revisions[0]}`);
  await old.done;
  expect(old.seen).toMatchObject([{ type: 'ERROR', object: { code: 410 } }]);
  const recent = await open(cluster, `&resourceVersion=${revisions[5]}&timeoutSeconds=1`);
  await clock.advance(1000);
  await recent.done;
  expect(recent.seen.map(short)).toEqual(['ADDED g', 'ADDED h', 'ADDED i']);
  await cluster.stop();
});

test('a watch from the future is silent until then', async () => {
  const { clock, cluster, put } = await started();
  const { seen, done } = await open(cluster, `&resourceVersion=${cluster.revision + 1}`);
  await put('w1', {}, { a: '2' });
  await put('w1', {}, { a: '3' });
  await clock.advance(0);
  expect(seen.map(({ object }) => object.data)).toEqual([{ a: '3' }]);
  await cluster.stop();
  await done;
});

test('a watch of tables names its columns once', async () => {
  const { clock, cluster, put } = await started();
  const { seen, done } = await open(cluster, '', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  await put('w1', {}, { a: '2' });
  await clock.advance(0);
  expect(seen.map(({ object }) => object)).toMatchObject([
    { kind: 'Table', columnDefinitions: [{ name: 'Name' }, { name: 'Data' }, { name: 'Age' }] },
    { kind: 'Table', columnDefinitions: null },
  ]);
  await cluster.stop();
  await done;
});

test('leaving a watch leaves nothing behind', async () => {
  const { clock, cluster } = await started();
  const { close, done } = await open(cluster, '&allowWatchBookmarks=true');
  await clock.advance(0);
  expect(clock.pending).toBeGreaterThan(0);
  close();
  await done;
  expect(clock.pending).toBe(0);
  await cluster.stop();
});

test('the old paths of watches still work, also for one object', async () => {
  const { clock, cluster, transport } = await started();
  await send(transport, `POST ${L2}`, { metadata: { name: 'w2' } });
  const path = '/api/v1/watch/namespaces/default/configmaps/w1?timeoutSeconds=1';
  const response = await transport.request({ method: 'GET', path });
  const seen: Event[] = [];
  const done = (async () => {
    for await (const event of response.lines()) seen.push(event as Event);
  })();
  await clock.advance(1000);
  await done;
  expect(seen.map(short)).toEqual(['ADDED w1']);
  await cluster.stop();
});

test('YAML cannot be watched', async () => {
  const { cluster, transport } = await started();
  const answer = await send(transport, `GET ${L2}?watch=true`, undefined, { accept: 'application/yaml' });
  expect([answer.status, answer.body]).toEqual([406, expect.stringContaining('application/json;stream=watch')]);
  await cluster.stop();
});

test('a watch by selector over many objects lets others work before it begins, and misses nothing of what they do', async () => {
  const { clock, cluster, put } = await started();
  const labels = (i: number) => ({ chosen: String(i % 2000 === 1999) });
  const named = (i: number) => ({ metadata: { name: `n${String(i).padStart(4, '0')}`, labels: labels(i) } });
  await Promise.all(Array.from({ length: 6000 }, (_, i) => send(cluster.transport, `POST ${L2}`, named(i))));
  let isOpen = false;
  const opening = open(cluster, '&labelSelector=chosen%3Dtrue').finally(() => {
    isOpen = true;
  });
  await put('n5999', { chosen: 'true' }, { changed: 'meanwhile' });
  await put('n0000', { chosen: 'true' }, {});
  expect(isOpen).toBe(false);
  const { seen, done } = await opening;
  await clock.advance(0);
  expect(seen.map(short)).toEqual(['ADDED n1999', 'ADDED n3999', 'ADDED n5999', 'MODIFIED n5999', 'ADDED n0000']);
  expect(seen[2]?.object.data).toBeUndefined();
  await cluster.stop();
  await done;
});
