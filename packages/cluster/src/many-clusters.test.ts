import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigMap } from '@opwright/kubernetes/core';
import { VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { startCluster } from './index.ts';

const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

/** What keeps the process alive, but for the test runner's own channel. */
const resources = () =>
  process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate|TCP|TLS|Server/.test(name));

test('two hundred clusters run in one process, know nothing of each other, and leave nothing behind', async () => {
  const before = resources();
  const clocks: VirtualClock[] = [];
  const clusters = await Promise.all(
    Array.from({ length: 200 }, (_, i) => {
      const clock = new VirtualClock();
      clocks.push(clock);
      const serve = i % 40 === 0;
      return startCluster({ profile: i % 20 === 0 ? 'cluster' : 'envtest', clock, seed: i % 2, serve });
    }),
  );
  await Promise.all(
    clusters.map(async (cluster, i) => {
      if (i % 10 === 0) await cluster.load(widgets);
      await cluster.client.create(ConfigMap, { metadata: { namespace: 'default', name: 'a' }, data: { of: `${i}` } });
    }),
  );
  for (const [i, cluster] of clusters.entries()) {
    const { items } = await cluster.client.list(ConfigMap, { namespace: 'default' });
    expect(items.filter(({ data }) => data?.of !== undefined).map(({ data }) => data)).toEqual([{ of: `${i}` }]);
    const served = cluster.client.raw('GET', '/apis/example.com/v1');
    if (i % 10 === 0) await served;
    else await expect(served).rejects.toMatchObject({ code: 404 });
  }
  // The same seed, the same requests: the same chance, in each cluster of its own.
  const uid = async (i: number) =>
    (await clusters[i]!.client.get(ConfigMap, { namespace: 'default', name: 'a' })).metadata.uid;
  expect(await uid(1)).toBe(await uid(3));
  expect(await uid(1)).not.toBe(await uid(2));
  const [one, other] = [clusters[1]!.clock.now(), clusters[3]!.clock.now()];
  await clocks[1]!.advance(60_000);
  expect([clusters[1]!.clock.now() - one, clusters[3]!.clock.now() - other]).toEqual([60_000, 0]);

  await Promise.all(clusters.map((cluster) => cluster.stop()));
  expect(clocks.map((clock) => clock.pending).filter((count) => count > 0)).toEqual([]);
  // Node tells of what is closed a moment later.
  await expect.poll(resources).toEqual(before);
}, 60_000);

test('a cluster begins with the revision that it is told', async () => {
  await using cluster = await startCluster({ profile: 'envtest', startRevision: 5_000 });
  expect(cluster.revision).toBeGreaterThan(5_000);
  for await (const event of cluster.client.watch(ConfigMap, { namespace: 'default', resourceVersion: '4000' })) {
    expect(event).toMatchObject({ type: 'ERROR', object: { code: 410 } });
    break;
  }
  await expect(startCluster({ startRevision: 0 })).rejects.toThrow('startRevision: 0: not a positive integer');
  await expect(startCluster({ startRevision: 7, from: 'x' })).rejects.toThrow('startRevision is for a cluster');
});

test('files and folders are loaded together: definitions and namespaces first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-'));
  try {
    await mkdir(join(folder, 'all'));
    const widget = 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w, namespace: team}\n';
    await writeFile(
      join(folder, 'all', 'a.yaml'),
      `${widget}---\n# nothing\n---\n${widget.replace('name: w', 'name: v')}`,
    );
    await writeFile(join(folder, 'all', 'b.json'), JSON.stringify(widgets));
    await writeFile(join(folder, 'all', 'ignored.txt'), '{');
    await writeFile(join(folder, 'team.yml'), 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team\n');
    await using cluster = await startCluster({ profile: 'envtest' });
    const loaded = await cluster.loadFiles(join(folder, 'all'), join(folder, 'team.yml'));
    expect(loaded.map(({ kind }) => kind)).toEqual(['CustomResourceDefinition', 'Namespace', 'Widget', 'Widget']);
    await writeFile(join(folder, 'team.yml'), 'a: [');
    await expect(cluster.loadFiles(join(folder, 'team.yml'))).rejects.toThrow(
      `${join(folder, 'team.yml')}: cannot read`,
    );
    await expect(cluster.loadFiles(join(folder, 'none'))).rejects.toThrow('no such file or folder');
  } finally {
    await rm(folder, { recursive: true });
  }
});
