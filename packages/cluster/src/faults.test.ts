import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect, createClient, TransportError } from '@opwright/client';
import { ConfigMap } from '@opwright/kubernetes/core';
import { isStatusError, VirtualClock } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { type Cluster, type ClusterOptions, startCluster } from './index.ts';

const key = { namespace: 'default', name: 'a' };
const named = (name: string) => ({ metadata: { namespace: 'default', name } });
const broken = { name: 'TransportError', code: 'ECONNRESET' };

/** Runs a test through both fronts. */
function throughBoth(name: string, run: (cluster: Cluster, client: Client) => Promise<void>, options?: ClusterOptions) {
  test(`${name}, in the process`, async () => {
    await using cluster = await startCluster({ profile: 'envtest', ...options });
    await run(cluster, cluster.client);
  });
  test(`${name}, over TLS`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'opwright-'));
    const kubeconfig = join(folder, 'kubeconfig');
    await using cluster = await startCluster({ profile: 'envtest', serve: true, kubeconfig, ...options });
    const { transport } = await connect({ kubeconfig });
    try {
      await run(cluster, createClient(transport));
    } finally {
      await transport.close();
      await rm(folder, { recursive: true });
    }
  });
}

describe('a fault', () => {
  throughBoth('answers with an error, so often, where it fits', async (cluster, client) => {
    cluster.faults.add({ when: { verb: 'create', resource: 'configmaps' }, times: 2, error: 503 });
    const failures: unknown[] = [];
    for (let i = 0; i < 3; i++)
      await client
        .create(ConfigMap, named('a'))
        .catch((error: unknown) => failures.push(isStatusError(error) ? error.code : error));
    expect(failures).toEqual([503, 503]);
    expect(cluster.requests.records.slice(-3).map(({ code }) => code)).toEqual([503, 503, 201]);
  });

  throughBoth('answers with the Status that it is given', async (cluster, client) => {
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 507 } as const;
    const remove = cluster.faults.add({ error: { ...status, message: 'the disk is full' } });
    await expect(client.get(ConfigMap, key)).rejects.toMatchObject({ code: 507, message: 'the disk is full' });
    remove();
    await expect(client.get(ConfigMap, key)).rejects.toMatchObject({ code: 404 });
  });

  throughBoth('breaks the connection before or after the request has been carried out', async (cluster, client) => {
    cluster.faults.add({ when: { verb: 'create' }, times: 1, drop: 'request' });
    await expect(client.create(ConfigMap, named('a'))).rejects.toMatchObject(broken);
    await expect(client.get(ConfigMap, key)).rejects.toMatchObject({ code: 404 });
    cluster.faults.add({ when: { verb: 'create' }, times: 1, drop: 'answer' });
    await expect(client.create(ConfigMap, named('a'))).rejects.toMatchObject(broken);
    expect((await client.get(ConfigMap, key)).metadata.name).toBe('a');
    expect(cluster.requests.records.filter(({ verb }) => verb === 'create').map(({ code }) => code)).toEqual([0, 0]);
  });

  throughBoth('breaks a watch after so many events', async (cluster, client) => {
    for (const name of ['a', 'b', 'c']) await client.create(ConfigMap, named(name));
    cluster.faults.add({ times: 1, breakAfterEvents: 2 });
    const seen: string[] = [];
    const watching = (async () => {
      for await (const event of client.watch(ConfigMap, { namespace: 'default' })) seen.push(event.type);
    })();
    await expect(watching).rejects.toBeInstanceOf(TransportError);
    expect(seen).toEqual(['ADDED', 'ADDED']);
  });

  throughBoth('shows what there was: a server that lags behind', async (cluster, client) => {
    await client.create(ConfigMap, { ...named('a'), data: { x: '1' } });
    const behind = cluster.revision;
    await client.update(ConfigMap, { ...named('a'), data: { x: '2' } });
    const { metadata } = await client.create(ConfigMap, named('b'));
    const remove = cluster.faults.add({ staleAt: behind });
    expect((await client.get(ConfigMap, key)).data).toEqual({ x: '1' });
    await expect(client.get(ConfigMap, { namespace: 'default', name: 'b' })).rejects.toMatchObject({ code: 404 });
    const list = await client.list(ConfigMap, { namespace: 'default' });
    expect(list.items.map((item) => item.metadata.name)).toEqual(['a']);
    expect(list.metadata.resourceVersion).toBe(String(behind));
    const newer = client.get(ConfigMap, key, { resourceVersion: metadata.resourceVersion });
    await expect(newer).rejects.toMatchObject({ code: 504 });
    remove();
    expect((await client.get(ConfigMap, key)).data).toEqual({ x: '2' });
  });
});

test('a delay is one of the cluster’s time', async () => {
  const clock = new VirtualClock();
  await using cluster = await startCluster({ profile: 'envtest', clock });
  cluster.faults.add({ when: ({ user }) => user === 'kubernetes-admin', times: 1, delayMs: 5_000 });
  let answered = false;
  const asking = cluster.client.raw('GET', '/version').then(() => {
    answered = true;
  });
  await clock.advance(4_999);
  expect(answered).toBe(false);
  await clock.advance(1);
  await asking;
  expect(cluster.requests.records.at(-1)?.durationMs).toBe(5_000);
});

test('chance decides by the seed of the cluster', async () => {
  const struck = async (seed: number) => {
    await using cluster = await startCluster({ profile: 'envtest', seed });
    cluster.faults.add({ probability: 0.5, error: 429 });
    const codes: number[] = [];
    for (let i = 0; i < 40; i++) {
      await cluster.client.raw('GET', '/version').then(
        () => codes.push(200),
        (error) => codes.push(isStatusError(error) ? (error.status.code ?? 0) : 0),
      );
    }
    return codes;
  };
  const codes = await struck(1);
  expect(await struck(1)).toEqual(codes);
  expect(await struck(2)).not.toEqual(codes);
  expect(new Set(codes)).toEqual(new Set([200, 429]));
});

test('the cluster itself is spared: its controllers work, and it loads', async () => {
  await using cluster = await startCluster();
  cluster.faults.add({ error: 500 });
  await cluster.load('{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"new"}}');
  await expect(cluster.client.raw('GET', '/api/v1/namespaces/new')).rejects.toMatchObject({ code: 500 });
  cluster.faults.clear();
  // Made by a controller.
  await cluster.client.raw('GET', '/api/v1/namespaces/new/serviceaccounts/default');
});
