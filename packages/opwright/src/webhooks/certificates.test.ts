import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '@opwright/client';
import { type Cluster, startCluster } from '@opwright/cluster';
import { VirtualClock } from '@opwright/machinery';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mountCertificate } from '../../test/support/mounted.ts';
import { certificateFiles, ownCertificates, secretCertificates } from './certificates.ts';

const DAY_MS = 24 * 3600_000;
const start = Date.parse('2026-01-01T00:00:00Z');
const bundled = (pem = '') => (pem.match(/BEGIN CERTIFICATE/g) ?? []).length;

test('own certificates are for their hosts and are trusted by their bundle', async () => {
  const source = ownCertificates({ clock: new VirtualClock({ now: start }), hosts: ['localhost', '127.0.0.1'] });
  const { cert, caBundle } = await source.read();
  const leaf = new X509Certificate(cert);
  expect(leaf.checkHost('localhost')).toBe('localhost');
  expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(leaf.verify(new X509Certificate(caBundle ?? '').publicKey)).toBe(true);
});

test('own certificates stay the same for two thirds of their life; then the former authority is kept beside the new one', async () => {
  const clock = new VirtualClock({ now: start });
  const source = ownCertificates({ clock, hosts: ['localhost'] });
  const first = await source.read();
  await clock.advance(240 * DAY_MS);
  expect(await source.read()).toBe(first);
  await clock.advance(5 * DAY_MS);
  const second = await source.read();
  expect(second.cert).not.toBe(first.cert);
  expect(second.caBundle).toContain(first.caBundle);
  await clock.advance(250 * DAY_MS);
  expect(bundled((await source.read()).caBundle)).toBe(2);
});

describe('certificates in files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'opwright-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const pair = () => createAuthority('files', start).issue({ commonName: 'x', usage: 'server', hosts: ['localhost'] });

  test('are read again after their links were swapped', async () => {
    const [first, second] = [pair(), pair()];
    await mountCertificate(folder, 'one', first);
    const source = certificateFiles(folder);
    expect(await source.read()).toEqual(first);
    await mountCertificate(folder, 'two', second);
    expect(await source.read()).toEqual(second);
  });

  test('are not used while certificate and key do not belong together', async () => {
    await mountCertificate(folder, 'mixed', { cert: pair().cert, key: pair().key });
    await expect(certificateFiles(join(folder, 'mixed')).read()).rejects.toThrow('do not belong together');
  });
});

describe('certificates in a Secret', () => {
  const replica = ({ client, clock }: Cluster) =>
    secretCertificates({ client, clock, namespace: 'default', name: 'webhook', hosts: ['webhook.default.svc'] });

  test('are made by the first replica and taken over by the others, also when two are first', async () => {
    await using cluster = await startCluster({ profile: 'envtest', clock: new VirtualClock({ now: start }) });
    const made = await Promise.all([replica(cluster).read(), replica(cluster).read()]);
    expect(made[0]).toEqual(made[1]);
    expect(await replica(cluster).read()).toEqual(made[0]);
  });

  test('are renewed once for all replicas', async () => {
    const clock = new VirtualClock({ now: start });
    await using cluster = await startCluster({ profile: 'envtest', clock });
    const first = await replica(cluster).read();
    await clock.advance(250 * DAY_MS);
    const next = await Promise.all([replica(cluster).read(), replica(cluster).read()]);
    expect(next[0]).toEqual(next[1]);
    expect(next[0]?.cert).not.toBe(first.cert);
    expect(next[0]?.caBundle).toContain(first.caBundle);
  });
});
