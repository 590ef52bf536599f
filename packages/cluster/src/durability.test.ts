import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigMap, Namespace, Pod, ServiceAccount } from '@opwright/kubernetes/core';
import { open } from 'lmdb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Cluster, loadClusterData, saveClusterData, startCluster } from './index.ts';

let folder: string;
let data: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opwright-data-'));
  data = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true }));

const key = (name: string) => ({ namespace: 'default', name });

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'foos.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'foos', singular: 'foo', kind: 'Foo', listKind: 'FooList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};
const foo = (name: string) => ({ apiVersion: 'example.com/v1', kind: 'Foo', metadata: key(name) });

/** The state of a cluster, without its history. */
async function everything(cluster: Cluster): Promise<unknown> {
  const { gunzipSync } = await import('node:zlib');
  return gunzipSync(await cluster.save())
    .toString()
    .split('\n');
}

async function firstEvents(cluster: Cluster, resourceVersion: string, count: number): Promise<string[]> {
  const seen: string[] = [];
  const response = await cluster.transport.request({
    method: 'GET',
    path: `/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=${resourceVersion}`,
  });
  for await (const line of response.lines()) {
    const { type, object } = line as { type: string; object: { metadata: { name?: string }; code?: number } };
    seen.push(`${type} ${object.metadata.name ?? object.code}`);
    if (seen.length === count) break;
  }
  response.close();
  return seen;
}

test('a cluster that is started on the same folder again is the same cluster', async () => {
  const before = await startCluster({ data });
  await before.load([definition, foo('a')]);
  await before.client.create(ConfigMap, { metadata: key('a'), data: { x: '1' } });
  await before.client.create(Namespace, { metadata: { name: 'gone' } });
  await before.client.delete(Namespace, { name: 'gone' });
  await before.stop();

  const envtest = await startCluster({ data, profile: 'envtest' });
  const state = await everything(envtest);
  const revision = envtest.revision;
  await envtest.stop();

  await using after = await startCluster({ data, profile: 'envtest' });
  expect(after.revision).toBe(revision);
  expect(await everything(after)).toEqual(state);
  const [again] = await after.load([foo('b')]);
  expect(again).toMatchObject({ kind: 'Foo', metadata: { name: 'b', resourceVersion: String(revision + 1) } });
});

test('watches from before a restart go on behind what they have seen, or get 410 where it is forgotten', async () => {
  const options = { data, profile: 'envtest', historyLimit: 4 } as const;
  const before = await startCluster(options);
  const { client } = before;
  const first = await client.create(ConfigMap, { metadata: key('a') });
  for (let i = 0; i < 20; i++) await client.create(ConfigMap, { metadata: key(`n${i}`) });
  const last = await client.get(ConfigMap, key('n19'));
  await client.update(ConfigMap, { metadata: key('a'), data: { x: '1' } });
  await client.delete(ConfigMap, key('a'));
  await before.stop();

  await using after = await startCluster(options);
  expect(await firstEvents(after, last.metadata.resourceVersion, 2)).toEqual(['MODIFIED a', 'DELETED a']);
  expect(await firstEvents(after, first.metadata.resourceVersion, 1)).toEqual(['ERROR 410']);
  expect((await after.client.list(ConfigMap, { namespace: 'default' })).items).toHaveLength(20);
});

test('forgotten revisions leave the disk, the last revision stays', async () => {
  const before = await startCluster({ data, profile: 'envtest' });
  for (let i = 0; i < 5; i++) await before.client.create(ConfigMap, { metadata: key(`n${i}`) });
  for (let i = 0; i < 5; i++) await before.client.delete(ConfigMap, key(`n${i}`));
  const { revision } = before;
  before.compact();
  await before.stop();

  const root = open({ path: data, maxDbs: 4, encoding: 'string' });
  const changes = root.openDB<string, number>({ name: 'changes', encoding: 'string' });
  expect(
    [...changes.getRange()].filter(({ value }) => value.includes('"storage":"configmaps","key":"default/')),
  ).toEqual([]);
  await root.close();
  await using after = await startCluster({ data, profile: 'envtest' });
  expect(after.revision).toBe(revision);
  expect(await firstEvents(after, String(revision - 1), 1)).toEqual(['ERROR 410']);
});

test('numbers keep their spelling and user keys stay keys', async () => {
  const text = '{"apiVersion":"example.com/v1","kind":"Foo","metadata":{"name":"a","namespace":"default"},"spec":';
  const spec = '{"big":12345678901234567890,"float":1.0,"__proto__":{"x":"<&>"}}';
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }];
  const path = '/apis/example.com/v1/namespaces/default/foos';
  const before = await startCluster({ data, profile: 'envtest' });
  await before.load([{ ...definition, spec: { ...definition.spec, versions } }]);
  await before.transport.request({ method: 'POST', path, body: { text: `${text}${spec}}` } });
  const read = async (cluster: Cluster) =>
    (
      await cluster.transport.request({ method: 'GET', path: `${path}/a`, headers: { accept: 'application/yaml' } })
    ).text();
  const stored = await read(before);
  await before.stop();
  await using after = await startCluster({ data, profile: 'envtest' });
  expect(await read(after)).toBe(stored);
});

test('the authority, the administrator and service accounts are known again after a restart', async () => {
  const kubeconfig = join(folder, 'kubeconfig');
  const options = { data, serve: true, kubeconfig } as const;
  const before = await startCluster(options);
  const config = await readFile(kubeconfig, 'utf8');
  await before.client.get(ServiceAccount, key('default'));
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const answer = (await (
    await before.transport.request({ method: 'POST', path, body: { json: { spec: {} } } })
  ).json()) as { status: { token: string } };
  const port = Number(new URL(before.url ?? '').port);
  await before.stop();

  await using after = await startCluster({ ...options, serve: { port } });
  expect(await readFile(kubeconfig, 'utf8')).toBe(config);
  const review = await after.transport.request({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    headers: { authorization: `Bearer ${answer.status.token}` },
    body: { json: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' } },
  });
  expect(review.status).toBe(201);
});

test('a server on another address gets a certificate of the same authority', async () => {
  const { createVault } = await import('./store/vault.ts');
  const { createClusterIdentities } = await import('./server/identities.ts');
  const vault = createVault();
  const now = Date.parse('2030-01-01T00:00:00Z');
  const first = createClusterIdentities(now, [], vault);
  const same = createClusterIdentities(now, [], vault);
  expect(same.server).toEqual(first.server);
  const other = createClusterIdentities(now, ['cluster.example.com'], vault);
  expect(other.admin).toEqual(first.admin);
  expect(new X509Certificate(other.server.cert).checkHost('cluster.example.com')).toBeDefined();
  expect(new X509Certificate(other.server.cert).checkIssued(new X509Certificate(first.authority.certificate))).toBe(
    true,
  );
  const later = createClusterIdentities(now + 350 * 24 * 3600 * 1000, [], vault);
  expect(later.authority.certificate).toBe(first.authority.certificate);
  expect(later.admin).not.toEqual(first.admin);
});

test('where the server is, is put right when it starts on another port', async () => {
  const ports = async () => {
    await using cluster = await startCluster({ data, profile: 'envtest', serve: true });
    const path = '/api/v1/namespaces/default/endpoints/kubernetes';
    const endpoints = await (await cluster.transport.request({ method: 'GET', path })).json();
    return [endpoints, Number(new URL(cluster.url ?? '').port)] as const;
  };
  await ports();
  const [endpoints, port] = await ports();
  expect(endpoints).toMatchObject({ subsets: [{ ports: [{ port }] }] });
});

test('a folder in use and a folder of another version are refused with the remedy', async () => {
  const cluster = await startCluster({ data, profile: 'envtest' });
  await expect(startCluster({ data, profile: 'envtest' })).rejects.toThrow(
    'data is in use by another cluster of this process: stop that cluster, or give this one a folder of its own',
  );
  expect(await cluster.client.create(ConfigMap, { metadata: key('still-works') })).toBeDefined();
  await cluster.stop();

  const root = open({ path: data, maxDbs: 4, encoding: 'string' });
  await root.openDB<string, string>({ name: 'marks', encoding: 'string' }).put('format', '99');
  await root.close();
  await expect(startCluster({ data, profile: 'envtest' })).rejects.toThrow(
    /holds data in format 99, and this version of Opwright reads format 1: use the version/,
  );
});

test('a saved cluster is the start of another one, in memory and in a folder', async () => {
  const source = await startCluster({ profile: 'envtest' });
  await source.load([definition, foo('a')]);
  const { revision } = source;
  const saved = await source.save();
  await source.stop();

  await using copy = await startCluster({ from: saved, profile: 'envtest' });
  expect(copy.revision).toBe(revision);
  const [second] = await copy.load([foo('b')]);
  expect(second).toMatchObject({ metadata: { resourceVersion: String(revision + 1) } });
  expect(await firstEvents(copy, '1', 1)).toEqual(['ERROR 410']);

  const file = join(folder, 'saved');
  await writeFile(file, saved);
  const kept = await startCluster({ from: file, data, profile: 'envtest' });
  await kept.load([foo('c')]);
  const state = await everything(kept);
  await kept.stop();
  await expect(loadClusterData(data, file)).rejects.toThrow('holds a cluster already');
  await saveClusterData(data, file);
  await loadClusterData(join(folder, 'other'), file);
  await using other = await startCluster({ data: join(folder, 'other'), profile: 'envtest' });
  expect(await everything(other)).toEqual(state);
});

test('pods go on, and new ones get other addresses', async () => {
  const pod = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: key(name),
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  const address = (cluster: Cluster, name: string) =>
    vi.waitFor(async () => {
      const { status } = await cluster.client.get(Pod, key(name));
      expect(status.phase).toBe('Running');
      return status.podIP;
    });
  const before = await startCluster({ data });
  await before.load([pod('a')]);
  const first = await address(before, 'a');
  await before.stop();
  await using after = await startCluster({ data });
  await after.load([pod('b')]);
  expect(await address(after, 'b')).not.toBe(first);
  expect(await address(after, 'a')).toBe(first);
  await after.client.delete(Pod, key('a'));
  await vi.waitFor(() => expect(after.client.get(Pod, key('a'))).rejects.toMatchObject({ code: 404 }), 5_000);
});

test('a start that fails leaves the folder free', async () => {
  await using other = await startCluster({ profile: 'envtest', serve: true });
  const port = Number(new URL(other.url ?? '').port);
  await expect(startCluster({ data, profile: 'envtest', serve: { port } })).rejects.toThrow('the port is in use');
  await using cluster = await startCluster({ data, profile: 'envtest' });
  expect(cluster.revision).toBeGreaterThan(1);
});

test('what is no saved cluster is refused', async () => {
  await expect(startCluster({ from: Buffer.from('kind: Pod') })).rejects.toThrow('is no saved cluster');
  await expect(saveClusterData(data, join(folder, 'x'))).rejects.toThrow('holds no cluster');
});
