import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCluster } from '@opwright/cluster';
import { Secret } from '@opwright/kubernetes/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultCertificates, podNamespace } from './service.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opwright-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('in a pod the certificate is for the Service, and in a Secret of its name', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const file = join(folder, 'namespace');
  await writeFile(file, 'default\n');
  expect(podNamespace(file)).toBe('default');
  const { cert } = await defaultCertificates('hotel', cluster.client, cluster.clock, file).read();
  expect(new X509Certificate(cert).checkHost('hotel-webhook.default.svc')).toBe('hotel-webhook.default.svc');
  const secret = await cluster.client.get(Secret, { namespace: 'default', name: 'hotel-webhook' });
  expect(secret.type).toBe('kubernetes.io/tls');
});

test('elsewhere it is for this machine, and in memory only', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  const { cert } = await defaultCertificates('hotel', cluster.client, cluster.clock, join(folder, 'none')).read();
  expect(new X509Certificate(cert).checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect((await cluster.client.list(Secret, { namespace: 'default' })).items).toEqual([]);
});
