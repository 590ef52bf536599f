import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createAuthority } from '@opwright/client';
import { VirtualClock } from '@opwright/machinery';
import { type AnyCustomResource, defineResource, k } from '@opwright/schema';
import { expect, test, vi } from 'vitest';
import { Foo, idleClock, recording } from '../../test/support/fixtures.ts';
import { mountCertificate } from '../../test/support/mounted.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { webhooks } from './builder.ts';
import { type CertificateSource, certificateFiles, type ServingCertificate } from './certificates.ts';
import { createWebhookServer } from './server.ts';

const authority = createAuthority('test', Date.now());

function certificate(commonName: string): ServingCertificate {
  return { ...authority.issue({ commonName, usage: 'server', hosts: ['127.0.0.1'] }), caBundle: commonName };
}

function setUp(
  read: () => ServingCertificate | Promise<ServingCertificate>,
  clock = idleClock(),
  converted: readonly AnyCustomResource[] = [],
) {
  const published: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const logger = recording();
  const source: CertificateSource = { checkEveryMs: 60_000, read: async () => read() };
  const publish = { fails: false };
  const server = createWebhookServer({
    served: {
      converted,
      definitions: [
        webhooks(Foo).validate(async (foo) => {
          if (foo.spec.name === 'slow') await held;
        }).definition,
      ],
    },
    address: '127.0.0.1:0',
    certificates: source,
    publish: async (bundle) => {
      if (publish.fails) throw new Error('no API server');
      published.push(bundle);
    },
    clock,
    logger,
    metrics: createMetrics(clock).webhooks(),
    overlapMs: 10_000,
  });
  return { server, published, publish, logger, clock, release };
}

/** Who a new connection is with. */
function subject(url = ''): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), ca: authority.certificate }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

function post(
  url: string | undefined,
  body: string,
  agent?: Agent,
  path = '/validate-example-com-v1-foo',
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(
      `${url}${path}`,
      {
        method: 'POST',
        ...(agent ? { agent } : { ca: authority.certificate }),
        headers: { 'content-type': 'application/json' },
      },
      async (incoming) => {
        let text = '';
        for await (const chunk of incoming) text += chunk;
        resolve({ status: incoming.statusCode, body: text });
      },
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

const review = (name: string) =>
  JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: { uid: 'u', operation: 'CREATE', userInfo: {}, object: { spec: { name } }, oldObject: null },
  });

test('a new certificate is trusted first and shown later', async () => {
  let current = certificate('first');
  const { server, published, clock } = setUp(() => current);
  await server.open();
  expect(published).toEqual(['first']);
  expect(await subject(server.url)).toBe('first');
  current = certificate('second');
  await clock.advance(60_000);
  expect(published.at(-1)).toBe('second');
  expect(await subject(server.url)).toBe('first');
  await clock.advance(10_000);
  expect(await subject(server.url)).toBe('second');
  await server.close();
  expect(clock.pending).toBe(0);
});

test('a certificate that cannot be read keeps the one before, is a problem, and is tried again soon', async () => {
  let fails = false;
  const { server, clock, logger } = setUp(() => {
    if (fails) throw new Error('no such file');
    return certificate('first');
  });
  await server.open();
  fails = true;
  await clock.advance(60_000);
  expect(server.problem).toBe('cannot read the certificate: no such file');
  expect(await subject(server.url)).toBe('first');
  expect(logger.messages('error')).toEqual(['Webhook certificates failed']);
  fails = false;
  await clock.advance(5000);
  expect(server.problem).toBeUndefined();
  await server.close();
});

test('a certificate whose authority could not be published is not shown', async () => {
  let current = certificate('first');
  const { server, clock, publish } = setUp(() => current);
  await server.open();
  current = certificate('second');
  publish.fails = true;
  await clock.advance(80_000);
  expect(await subject(server.url)).toBe('first');
  expect(server.problem).toBe('cannot write the authorities into the webhook configurations: no API server');
  publish.fails = false;
  await clock.advance(20_000);
  expect(await subject(server.url)).toBe('second');
  await server.close();
});

test('a certificate that is swapped on disk is shown to the next connection, and no open one is dropped', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-'));
  await mountCertificate(folder, 'first', certificate('first'));
  const files = certificateFiles(folder);
  const { server, clock } = setUp(() => files.read());
  await server.open();
  const kept = new Agent({ ca: authority.certificate, keepAlive: true, maxSockets: 1 });
  const ask = () => post(server.url, review('quick'), kept).then(({ status }) => status);
  const connection = () => (Object.values(kept.freeSockets)[0]?.[0] as Socket | undefined)?.localPort;
  expect([await ask(), await subject(server.url)]).toEqual([200, 'first']);
  const before = connection();
  expect(before).toBeDefined();

  await mountCertificate(folder, 'second', certificate('second'));
  await vi.waitFor(async () => {
    // Reading files takes real time: the check that is due may still be at it.
    await clock.advance(70_000);
    expect(await subject(server.url)).toBe('second');
  });
  expect([await ask(), connection()]).toEqual([200, before]);
  kept.destroy();
  await server.close();
  await rm(folder, { recursive: true });
});

test('closing lets requests under way end, unless there is no time', async () => {
  const { server, release } = setUp(() => certificate('first'), new VirtualClock() as ReturnType<typeof idleClock>);
  await server.open();
  const { url } = server;
  const answer = post(url, review('slow'));
  expect((await post(url, review('quick'))).status).toBe(200);
  const closed = server.close();
  release();
  expect(JSON.parse((await answer).body).response.allowed).toBe(true);
  await closed;
  await expect(post(url, review('quick'))).rejects.toThrow();

  const hurried = setUp(() => certificate('first'), new VirtualClock() as ReturnType<typeof idleClock>);
  await hurried.server.open();
  const broken = post(hurried.server.url, review('slow')).catch((error) => error.code);
  await post(hurried.server.url, review('quick'));
  await hurried.server.close(AbortSignal.abort());
  expect(await broken).toBe('ECONNRESET');
});

test('clients need a certificate of the authorities that are given, which change without a dropped connection', async () => {
  const [before, after] = ['before', 'after'].map((name) => {
    const clients = createAuthority(name, Date.now());
    return { clients, pair: clients.issue({ commonName: name, usage: 'client' }) };
  }) as [Client, Client];
  let clientCa = before.clients.certificate;
  const { server, clock } = setUp(() => ({ ...certificate('first'), clientCa }));
  await server.open();
  const asked = (pair?: { cert: string; key: string }, agent = new Agent({ ...pair, ca: authority.certificate })) =>
    post(server.url, review('quick'), agent).then(
      ({ status }) => status,
      () => 'refused',
    );
  expect([await asked(), await asked(before.pair), await asked(after.pair)]).toEqual(['refused', 200, 'refused']);

  const kept = new Agent({ ...before.pair, ca: authority.certificate, keepAlive: true, maxSockets: 1 });
  expect(await asked(undefined, kept)).toBe(200);
  clientCa = after.clients.certificate;
  await clock.advance(70_000);
  expect([await asked(before.pair), await asked(after.pair), await asked(undefined, kept)]).toEqual([
    'refused',
    200,
    200,
  ]);
  kept.destroy();
  await server.close();
});

type Client = { readonly clients: ReturnType<typeof createAuthority>; readonly pair: { cert: string; key: string } };

test('a body over seven MiB is refused with 413', async () => {
  const { server } = setUp(() => certificate('first'));
  await server.open();
  const { status, body } = await post(server.url, review('x'.repeat(7 * 1024 * 1024)));
  expect(status).toBe(200);
  expect(JSON.parse(body).response).toMatchObject({ allowed: false, status: { code: 413 } });
  await server.close();
});

test('a conversion may be larger: it has all objects of a list', async () => {
  const Door = defineResource({
    group: 'house.example.com',
    kind: 'Door',
    versions: { v1alpha1: { spec: k.object({}) }, v1: { spec: k.object({}), storage: true } },
  }).converts({ v1alpha1: { toHub: () => ({ spec: {} }), fromHub: () => ({ spec: {} }) } });
  const { server } = setUp(() => certificate('first'), idleClock(), [Door]);
  await server.open();
  const object = { apiVersion: 'house.example.com/v1', kind: 'Door', metadata: { name: 'x'.repeat(8 * 1024 * 1024) } };
  const body = JSON.stringify({
    kind: 'ConversionReview',
    apiVersion: 'apiextensions.k8s.io/v1',
    request: { uid: 'u', desiredAPIVersion: 'house.example.com/v1', objects: [object] },
  });
  const answered = await post(server.url, body, undefined, '/convert');
  expect(JSON.parse(answered.body).response.result).toEqual({ status: 'Success' });
  await server.close();
});

test('a taken address is an error that names the remedy', async () => {
  const { server } = setUp(() => certificate('first'));
  await server.open();
  const { port } = new URL(server.url ?? '');
  const second = createWebhookServer({
    served: { converted: [], definitions: [] },
    address: `127.0.0.1:${port}`,
    certificates: { checkEveryMs: 1000, read: async () => certificate('x') },
    publish: async () => {},
    clock: idleClock(),
    logger: recording(),
    metrics: createMetrics(idleClock()).webhooks(),
    overlapMs: undefined,
  });
  await expect(second.open()).rejects.toThrow(
    `cannot serve webhooks on 127.0.0.1:${port}: the address is in use; give another address, or "0" to switch it off`,
  );
  await second.close();
  await server.close();
});
