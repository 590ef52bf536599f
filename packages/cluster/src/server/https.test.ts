import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { promisify } from 'node:util';
import { createAuthority, createHttpTransport, fixedCredentials, systemClock } from '@opwright/client';
import { describe, expect, test } from 'vitest';
import type { Handler, ServerRequest, ServerResponse } from '../api/http-types.ts';
import { type HttpServerOptions, startHttpServer } from './https.ts';
import { createClusterIdentities } from './identities.ts';
import { writeKubeconfig } from './kubeconfig.ts';

const identities = createClusterIdentities(systemClock.now());
const tls = { ...identities.server, clientCa: identities.authority.certificate };
const json = (value: unknown): ServerResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: { json: value },
});

const start = (handler: Handler, options: Partial<HttpServerOptions> = {}) =>
  startHttpServer({ handler, tls, ...options });

function transportTo(server: { url: string }, certificate = identities.admin) {
  return createHttpTransport({
    server: server.url,
    ca: identities.authority.certificate,
    credentials: fixedCredentials({ headers: {}, certificate }),
  });
}

/** A watch that sends `items`, then stays open until the signal. */
async function* until(signal: AbortSignal, items: readonly unknown[] = []): AsyncGenerator<unknown> {
  yield* items;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

async function seen(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !condition(); turn++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}

test('a request arrives with method, path, headers, body and who sent it', async () => {
  const requests: ServerRequest[] = [];
  await using server = await start(async (request) => {
    requests.push(request);
    return json({ text: '<ü>' });
  });
  const transport = transportTo(server);
  const response = await transport.request({
    method: 'POST',
    path: '/api/v1/namespaces/default/pods?dryRun=All',
    headers: { 'impersonate-user': 'jane', 'impersonate-group': ['a,b', 'c'] },
    body: { json: { a: 'ü' } },
  });
  expect(await response.text()).toBe('{"text":"\\u003cü\\u003e"}\n');
  const [request] = requests;
  expect(request).toMatchObject({
    method: 'POST',
    path: '/api/v1/namespaces/default/pods?dryRun=All',
    clientCertificate: {
      commonName: 'kubernetes-admin',
      organizations: ['system:masters'],
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
    headers: { 'content-type': 'application/json', 'impersonate-group': ['a,b', 'c'] },
  });
  expect(request?.body && 'bytes' in request.body && Buffer.from(request.body.bytes).toString()).toBe('{"a":"ü"}');
  await transport.close();
});

test('the certificate is known again on resumed TLS sessions', async () => {
  await using server = await start(async ({ clientCertificate }) => json(clientCertificate ?? null));
  const transport = transportTo(server);
  for (let i = 0; i < 3; i++) {
    const response = await transport.request({ method: 'GET', path: '/', stream: true });
    expect(await response.json()).toMatchObject({ commonName: 'kubernetes-admin' });
  }
  await transport.close();
});

test('without a certificate nobody is named; a certificate of another authority is 401', async () => {
  await using server = await start(async ({ clientCertificate }) => json(clientCertificate ?? null));
  const ca = identities.authority.certificate;
  const anonymous = createHttpTransport({ server: server.url, ca });
  expect(await (await anonymous.request({ method: 'GET', path: '/' })).json()).toBe(null);
  const foreign = createAuthority('elsewhere', systemClock.now()).issue({ commonName: 'eve', usage: 'client' });
  const other = transportTo(server, foreign);
  const refused = await other.request({ method: 'GET', path: '/' });
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ kind: 'Status', reason: 'Unauthorized', code: 401 });
  await Promise.all([anonymous.close(), other.close()]);
});

test('plain HTTP makes everyone the user that the server was given', async () => {
  const admin = { name: 'kubernetes-admin', groups: ['system:masters'] };
  await using server = await startHttpServer({ handler: async ({ user }) => json(user), user: admin });
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const transport = createHttpTransport({ server: server.url });
  expect(await (await transport.request({ method: 'GET', path: '/' })).json()).toEqual(admin);
  await transport.close();
});

test('a body at the limit is taken, one over it is 413 and the connection is not reused', async () => {
  let handled = 0;
  await using server = await start(async () => {
    handled++;
    return json(1);
  });
  const transport = transportTo(server);
  const post = (size: number) =>
    transport.request({ method: 'POST', path: '/', body: { bytes: new Uint8Array(size) } });
  const limit = 3 * 1024 * 1024;
  expect((await post(limit)).status).toBe(200);
  const refused = await post(limit + 1);
  expect(refused.status).toBe(413);
  expect(await refused.json()).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Request entity too large: limit is 3145728',
    reason: 'RequestEntityTooLarge',
    code: 413,
  });
  expect(handled).toBe(1);
  await transport.close();
});

test('a quiet watch is answered at once, its events follow one per line', async () => {
  let wake = () => {};
  await using server = await start(async ({ lifetime: { signal } }) => {
    async function* stream() {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      yield* until(signal, [{ type: 'ADDED', object: { a: '&' } }, Buffer.from('{"type":"encoded"}\n')]);
    }
    return { status: 200, headers: { 'content-type': 'application/json' }, body: { stream: stream() } };
  });
  const transport = transportTo(server);
  const response = await transport.request({ method: 'GET', path: '/', stream: true });
  expect(response.status).toBe(200);
  wake();
  const lines = response.lines()[Symbol.asyncIterator]();
  expect((await lines.next()).value).toEqual({ type: 'ADDED', object: { a: '&' } });
  expect((await lines.next()).value).toEqual({ type: 'encoded' });
  await lines.return?.();
  await transport.close();
});

test('a client that leaves aborts the signal and ends the stream', async () => {
  let ended = false;
  let aborted = false;
  await using server = await start(async ({ lifetime: { signal } }) => {
    signal.addEventListener('abort', () => {
      aborted = true;
    });
    async function* stream() {
      try {
        yield* until(signal, [1]);
      } finally {
        ended = true;
      }
    }
    return { status: 200, headers: {}, body: { stream: stream() } };
  });
  const transport = transportTo(server);
  const response = await transport.request({ method: 'GET', path: '/', stream: true });
  for await (const _ of response.lines()) break;
  await seen(() => aborted && ended);
  await transport.close();
});

test('a client that does not read holds the stream back', async () => {
  let produced = 0;
  await using server = await startHttpServer({
    handler: async ({ lifetime: { signal } }) => {
      async function* stream() {
        while (!signal.aborted && produced < 5000) {
          produced++;
          yield { text: 'x'.repeat(64_000) };
        }
      }
      return { status: 200, headers: {}, body: { stream: stream() } };
    },
  });
  const socket = connect(server.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await seen(() => produced > 0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const first = produced;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(produced).toBe(first);
  expect(produced).toBeLessThan(2000);
  socket.destroy();
});

test('a client over TLS that does not read is left after a while, and with it its stream', async () => {
  let produced = 0;
  let ended = false;
  await using server = await start(
    async ({ lifetime: { signal } }) => {
      async function* stream() {
        try {
          while (!signal.aborted) {
            produced++;
            yield Buffer.alloc(64_000, 'x');
          }
        } finally {
          ended = true;
        }
      }
      return { status: 200, headers: {}, body: { stream: stream() } };
    },
    { unreadStreamMs: 200 },
  );
  const { certificate: ca } = identities.authority;
  const socket = tlsConnect({ port: server.port, host: '127.0.0.1', ca, ...identities.admin });
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  socket.pause();
  await seen(() => ended);
  expect(produced).toBeLessThan(2000);
  socket.destroy();
});

test('stop ends streams, lets an answer under way out, closes idle connections and frees the port', async () => {
  let release = () => {};
  const server = await start(async ({ path, lifetime: { signal } }) => {
    if (path === '/watch') return { status: 200, headers: {}, body: { stream: until(signal, [1]) } };
    if (path === '/slow')
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    return json('done');
  });
  const transport = transportTo(server);
  await (await transport.request({ method: 'GET', path: '/quick' })).json();
  const watch = (await transport.request({ method: 'GET', path: '/watch', stream: true }))
    .lines()
    [Symbol.asyncIterator]();
  await watch.next();
  const slow = transport.request({ method: 'GET', path: '/slow' });
  await seen(() => release.toString() !== '() => {}');
  const stopped = server.stop();
  release();
  expect(await (await slow).json()).toBe('done');
  expect(await watch.next()).toEqual({ done: true, value: undefined });
  await stopped;
  const again = await start(async () => json('again'), { port: server.port });
  expect(await (await transport.request({ method: 'GET', path: '/' })).json()).toBe('again');
  await again.stop();
  await transport.close();
});

test('stop does not wait for clients that hang', async () => {
  const server = await start(() => new Promise(() => {}));
  const transport = transportTo(server);
  const hanging = transport.request({ method: 'GET', path: '/' }).catch((error) => error);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const begin = systemClock.monotonic();
  await server.stop();
  expect(systemClock.monotonic() - begin).toBeLessThan(1500);
  expect(await hanging).toBeInstanceOf(Error);
  await transport.close();
});

test('a handler that throws is a 500, a stream that throws breaks the connection', async () => {
  await using server = await start(async ({ path }) => {
    if (path === '/throw') throw new Error('lost');
    async function* stream() {
      yield 1;
      throw new Error('lost');
    }
    return { status: 200, headers: {}, body: { stream: stream() } };
  });
  const transport = transportTo(server);
  const failed = await transport.request({ method: 'GET', path: '/throw' });
  expect(failed.status).toBe(500);
  expect(await failed.json()).toMatchObject({ message: 'Internal error occurred: lost', reason: 'InternalError' });
  const broken = await transport.request({ method: 'GET', path: '/stream', stream: true });
  const readAll = async () => {
    for await (const _ of broken.lines());
  };
  await expect(readAll()).rejects.toThrow();
  await transport.close();
});

test('a port in use is one clear error', async () => {
  await using server = await start(async () => json(1));
  await expect(start(async () => json(1), { port: server.port })).rejects.toThrow(
    `cannot listen on 127.0.0.1:${server.port}: the port is in use`,
  );
});

const run = promisify(execFile);
const kubectl = await run('kubectl', ['version', '--client'], { encoding: 'utf8' }).then(
  () => true,
  () => false,
);

describe.skipIf(!kubectl)('kubectl (skipped where it is not installed)', () => {
  const version = { major: '1', minor: '32', gitVersion: 'v1.32.0', platform: 'linux/amd64' };

  test('gets /version with the kubeconfig that was written, by certificate and by token', async () => {
    const requests: ServerRequest[] = [];
    await using server = await start(async (request) => {
      requests.push(request);
      return json(version);
    });
    const folder = await mkdtemp(join(tmpdir(), 'opwright-'));
    try {
      const file = join(folder, 'sub', 'config');
      const get = async () => {
        const args = ['--kubeconfig', file, 'get', '--raw', '/version'];
        const { stdout } = await run('kubectl', args, { encoding: 'utf8', env: { ...process.env, HOME: folder } });
        return JSON.parse(stdout);
      };
      const ca = identities.authority.certificate;
      await writeKubeconfig(file, { server: server.url, ca, user: identities.admin });
      expect(await get()).toEqual(version);
      expect(requests.at(-1)?.clientCertificate?.organizations).toEqual(['system:masters']);
      await writeKubeconfig(file, { server: server.url, ca, user: { token: 's3cret' } });
      expect(await get()).toEqual(version);
      expect(requests.at(-1)?.clientCertificate).toBeUndefined();
      expect(requests.at(-1)?.headers.authorization).toBe('Bearer s3cret');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
