import { connect as netConnect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { testCertificates } from '../../test/certificates.ts';
import { startServer, until } from '../../test/servers.ts';
import { TransportError } from '../transport.ts';
import { type Credentials, fixedCredentials, impersonationHeaders } from './credentials.ts';
import { createHttpTransport } from './https.ts';

const certificates = testCertificates();

test('200 sequential calls use one TLS connection', async () => {
  await using server = await startServer((_, response) => response.end('{"ok":true}'), certificates);
  const transport = createHttpTransport({ server: server.url, ca: certificates.ca });
  for (let i = 0; i < 200; i++) {
    expect(await (await transport.request({ method: 'GET', path: '/' })).json()).toEqual({ ok: true });
  }
  expect(server.connections()).toBe(1);
  await transport.close();
});

test('parallel unary calls share at most maxSockets connections, streams do not count', async () => {
  await using server = await startServer((request, response) => {
    if (request.url === '/watch') response.flushHeaders();
    else setTimeout(() => response.end('1'), 5);
  }, certificates);
  const transport = createHttpTransport({ server: server.url, ca: certificates.ca, maxSockets: 4 });
  const stream = () => transport.request({ method: 'GET', path: '/watch', stream: true });
  await Promise.all([stream(), stream(), stream()]);
  await Promise.all(
    Array.from({ length: 40 }, async () => (await transport.request({ method: 'GET', path: '/' })).json()),
  );
  expect(server.connections()).toBe(4 + 3);
  await transport.close();
});

test('close leaves no connection, ends what is under way and refuses what comes after', async () => {
  const asked = new Set<string | undefined>();
  await using server = await startServer((request, response) => {
    asked.add(request.url);
    if (request.url === '/quick') response.end('1');
    else if (request.url === '/watch') response.flushHeaders();
  }, certificates);
  const transport = createHttpTransport({ server: server.url, ca: certificates.ca });
  await (await transport.request({ method: 'GET', path: '/quick' })).json();
  const watch = await transport.request({ method: 'GET', path: '/watch', stream: true });
  const watching = expect(watch.lines()[Symbol.asyncIterator]().next()).rejects.toThrow('the transport was closed');
  const pending = expect(transport.request({ method: 'GET', path: '/never' })).rejects.toThrow(
    'the transport was closed',
  );
  await until(() => asked.has('/never'));
  await transport.close();
  await Promise.all([watching, pending]);
  await until(() => server.open() === 0);
  await expect(transport.request({ method: 'GET', path: '/quick' })).rejects.toThrow('the transport is closed');
});

test('aborting a call rejects with the reason and closes its connection', async () => {
  await using server = await startServer(() => {});
  const transport = createHttpTransport({ server: server.url });
  const controller = new AbortController();
  const pending = transport.request({ method: 'GET', path: '/', signal: controller.signal });
  await until(() => server.open() === 1);
  const reason = new Error('no longer wanted');
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
  await until(() => server.open() === 0);
  await expect(transport.request({ method: 'GET', path: '/', signal: controller.signal })).rejects.toBe(reason);
  await transport.close();
});

test('what aborts after the whole answer has come leaves the connection to others', async () => {
  await using server = await startServer((_, response) => response.end('1'));
  const transport = createHttpTransport({ server: server.url });
  for (let i = 0; i < 3; i++) {
    const controller = new AbortController();
    await (await transport.request({ method: 'POST', path: '/', signal: controller.signal })).json();
    controller.abort();
  }
  expect(server.connections()).toBe(1);
  await transport.close();
});

test('what aborts while credentials or a connection are awaited is not sent', async () => {
  let requests = 0;
  await using server = await startServer((_, response) => {
    requests++;
    response.end('1');
  });
  let give = () => {};
  const credentials = {
    get: () =>
      new Promise<Credentials>((resolve) => {
        give = () => resolve({ headers: {} });
      }),
    renew: async () => ({ headers: {} }),
    close: () => {},
  };
  const [early, late] = [new AbortController(), new AbortController()];
  const reasons = [new Error('early'), new Error('late')];
  const transport = createHttpTransport({ server: server.url, credentials });
  const first = transport.request({ method: 'POST', path: '/', signal: early.signal }).catch((error) => error);
  early.abort(reasons[0]);
  give();
  expect(await first).toBe(reasons[0]);
  const second = transport.request({ method: 'POST', path: '/', signal: late.signal }).catch((error) => error);
  give();
  // The socket is connecting.
  await Promise.resolve()
    .then(() => {})
    .then(() => {});
  late.abort(reasons[1]);
  expect(await second).toBe(reasons[1]);
  expect(requests).toBe(0);
  await transport.close();
});

test('aborting a watch ends its loop with the reason and closes its connection', async () => {
  await using server = await startServer((_, response) => response.write('{"n":1}\n'));
  const transport = createHttpTransport({ server: server.url });
  const controller = new AbortController();
  const response = await transport.request({ method: 'GET', path: '/', stream: true, signal: controller.signal });
  const seen: unknown[] = [];
  const loop = (async () => {
    for await (const line of response.lines()) {
      seen.push(line);
      controller.abort(new Error('enough'));
    }
  })();
  await expect(loop).rejects.toThrow('enough');
  expect(seen).toEqual([{ n: 1 }]);
  await until(() => server.open() === 0);
  await transport.close();
});

test('leaving the loop of a watch closes its connection', async () => {
  await using server = await startServer((_, response) => response.write('{"n":1}\n{"n":2}\n'));
  const transport = createHttpTransport({ server: server.url });
  const response = await transport.request({ method: 'GET', path: '/', stream: true });
  for await (const line of response.lines()) {
    expect(line).toEqual({ n: 1 });
    break;
  }
  await until(() => server.open() === 0);
  await transport.close();
});

test('a watch hands out each line when it has come, whole characters even if chunks cut them', async () => {
  const text = '{"name":"grüße 🌍"}\n{"n":2}\n';
  await using server = await startServer(async (_, response) => {
    response.flushHeaders();
    for (const byte of Buffer.from(text)) {
      response.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end('{"last":true}');
  });
  const transport = createHttpTransport({ server: server.url });
  const response = await transport.request({ method: 'GET', path: '/', stream: true });
  const lines: unknown[] = [];
  for await (const line of response.lines()) lines.push(line);
  expect(lines).toEqual([{ name: 'grüße 🌍' }, { n: 2 }, { last: true }]);
  await transport.close();
});

test('a connection reset within a stream is an error, not its end', async () => {
  await using server = await startServer((_, response) => {
    response.write('{"n":1}\n{"n":');
    setTimeout(() => (response.socket as unknown as { resetAndDestroy(): void }).resetAndDestroy(), 10);
  });
  const transport = createHttpTransport({ server: server.url });
  const response = await transport.request({ method: 'GET', path: '/', stream: true });
  const lines = response.lines()[Symbol.asyncIterator]();
  expect((await lines.next()).value).toEqual({ n: 1 });
  await expect(lines.next()).rejects.toBeInstanceOf(TransportError);
  await transport.close();
});

test('a connection closed within a stream is an error, not its end', async () => {
  await using server = await startServer((_, response) => {
    response.write('{"n":1}\n');
    setTimeout(() => response.socket?.destroy(), 10);
  });
  const transport = createHttpTransport({ server: server.url });
  const response = await transport.request({ method: 'GET', path: '/', stream: true });
  const lines = response.lines()[Symbol.asyncIterator]();
  expect((await lines.next()).value).toEqual({ n: 1 });
  await expect(lines.next()).rejects.toBeInstanceOf(TransportError);
  await transport.close();
});

test('a slow reader slows the sender down', async () => {
  let sent = 0;
  const line = `${JSON.stringify({ text: 'x'.repeat(64_000) })}\n`;
  await using server = await startServer((_, response) => {
    const send = () => {
      while (sent < 2000 && !response.destroyed) {
        sent++;
        if (!response.write(line)) return response.once('drain', send);
      }
      return response.end();
    };
    send();
  });
  const transport = createHttpTransport({ server: server.url });
  const response = await transport.request({ method: 'GET', path: '/', stream: true });
  const lines = response.lines()[Symbol.asyncIterator]();
  await lines.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(sent).toBeLessThan(1000);
  await lines.return?.();
  await transport.close();
});

test('a line that is not JSON breaks the stream', async () => {
  await using server = await startServer((_, response) => response.end('{"n":1}\n{oops}\n'));
  const transport = createHttpTransport({ server: server.url });
  const response = await transport.request({ method: 'GET', path: '/', stream: true });
  const lines = response.lines()[Symbol.asyncIterator]();
  await lines.next();
  await expect(lines.next()).rejects.toThrow('a line that is not JSON: {oops}');
  await transport.close();
});

test('gzip is asked for and unpacked', async () => {
  await using server = await startServer((request, response) => {
    expect(request.headers['accept-encoding']).toBe('gzip');
    response.setHeader('content-encoding', 'gzip');
    response.end(gzipSync('{"packed":"ü"}'));
  });
  const transport = createHttpTransport({ server: server.url });
  expect(await (await transport.request({ method: 'GET', path: '/' })).json()).toEqual({ packed: 'ü' });
  await transport.close();
});

test('a GET on a pooled connection that the server has just closed is sent again, a POST is not', async () => {
  const seen: (string | undefined)[] = [];
  const used = new WeakSet<object>();
  await using server = await startServer((request, response) => {
    seen.push(request.method);
    if (used.has(request.socket)) return request.socket.destroy();
    used.add(request.socket);
    return response.end('1');
  });
  const transport = createHttpTransport({ server: server.url });
  const call = async (method: 'GET' | 'POST') => (await transport.request({ method, path: '/' })).json();
  expect(await call('GET')).toBe(1);
  expect(await call('GET')).toBe(1);
  expect(seen).toEqual(['GET', 'GET', 'GET']);
  expect(await call('POST')).toBe(1);
  expect(await call('POST').catch((error) => error)).toBeInstanceOf(TransportError);
  expect(seen.slice(3)).toEqual(['POST', 'POST']);
  await transport.close();
});

test('a call that waits for a connection can be given up, and gets one when another has broken', async () => {
  await using server = await startServer((request, response) => {
    if (request.url !== '/never') response.end(JSON.stringify(request.url));
  });
  const transport = createHttpTransport({ server: server.url, maxSockets: 1 });
  const call = async (path: string, signal?: AbortSignal) =>
    (await transport.request({ method: 'POST', path, ...(signal && { signal }) })).json();
  const [first, second] = [new AbortController(), new AbortController()];
  const given = [call('/never', first.signal), call('/', second.signal)].map((pending) => pending.catch((e) => e));
  const waiting = call('/waiting');
  await until(() => server.open() === 1);
  second.abort(new Error('waited too long'));
  expect(await given[1]).toEqual(new Error('waited too long'));
  first.abort(new Error('took too long'));
  expect(await given[0]).toEqual(new Error('took too long'));
  expect(await waiting).toBe('/waiting');
  expect(server.connections()).toBe(2);
  await transport.close();
});

test('calls that wait for a connection are ended by close', async () => {
  await using server = await startServer(() => {});
  const transport = createHttpTransport({ server: server.url, maxSockets: 1 });
  const calls = ['/1', '/2'].map((path) => transport.request({ method: 'GET', path }).catch((error) => error.message));
  await until(() => server.open() === 1);
  await transport.close();
  expect(await Promise.all(calls)).toEqual(Array(2).fill(`${server.url}: the transport was closed`));
});

test('a connection whose server would close it within a second is not used again', async () => {
  await using server = await startServer((request, response) => {
    response.setHeader('keep-alive', request.url === '/short' ? 'timeout=1' : 'timeout=5').end('1');
  });
  const transport = createHttpTransport({ server: server.url });
  const call = async (path: string) => (await transport.request({ method: 'GET', path })).json();
  for (const path of ['/', '/', '/short']) await call(path);
  expect(server.connections()).toBe(1);
  await call('/');
  expect(server.connections()).toBe(2);
  await transport.close();
});

test('a connection that nobody uses does not keep the process alive', async () => {
  let busy = 0;
  await using server = await startServer((_, response) => {
    busy = activeSockets();
    response.end('1');
  });
  const transport = createHttpTransport({ server: server.url });
  for (let i = 0; i < 3; i++) {
    await (await transport.request({ method: 'GET', path: '/' })).json();
    expect(activeSockets()).toBe(busy - 1);
  }
  await transport.close();
});

function activeSockets(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'TCPSocketWrap').length;
}

test('an answer that comes before the whole request was sent ends its connection', async () => {
  await using server = await startServer((request, response) => {
    if (request.method === 'GET') response.end('1');
    else response.writeHead(413).end('"too large"');
  });
  const transport = createHttpTransport({ server: server.url });
  const body = { bytes: new Uint8Array(50_000_000) };
  const response = await transport.request({ method: 'POST', path: '/', body });
  expect(response.status).toBe(413);
  expect(await response.json()).toBe('too large');
  expect(await (await transport.request({ method: 'GET', path: '/' })).json()).toBe(1);
  expect(server.connections()).toBe(2);
  await transport.close();
});

test('provisional answers are passed over', async () => {
  await using server = await startServer((_, response) => {
    response.writeContinue();
    response.writeEarlyHints({ link: '</x>; rel=preload' });
    response.end('1');
  });
  const transport = createHttpTransport({ server: server.url });
  for (let i = 0; i < 2; i++) {
    const response = await transport.request({ method: 'GET', path: '/' });
    expect([response.status, await response.json()]).toEqual([200, 1]);
  }
  expect(server.connections()).toBe(1);
  await transport.close();
});

test('bodies longer than what may wait for a reader come whole, also when they are read late', async () => {
  const text = 'ü'.repeat(3_000_000);
  await using server = await startServer((_, response) => response.end(JSON.stringify(text)), certificates);
  const transport = createHttpTransport({ server: server.url, ca: certificates.ca });
  for (let i = 0; i < 3; i++) {
    const response = await transport.request({ method: 'GET', path: '/' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await response.json()).toBe(text);
  }
  expect(server.connections()).toBe(1);
  await transport.close();
});

test('an answer that has come holds up nobody while it waits to be read', async () => {
  const text = 'x'.repeat(65_600);
  await using server = await startServer((_, response) => response.end(JSON.stringify(text)));
  const transport = createHttpTransport({ server: server.url, maxSockets: 1 });
  const first = await transport.request({ method: 'GET', path: '/' });
  for (let i = 0; i < 2; i++) {
    expect(await (await transport.request({ method: 'GET', path: '/' })).json()).toBe(text);
  }
  expect(await first.json()).toBe(text);
  await transport.close();
});

test('text beyond ASCII arrives as it was sent, in headers as far as HTTP allows it', async () => {
  await using server = await startServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.end(JSON.stringify([request.headers['x-name'], Buffer.concat(chunks).toString()]));
  });
  const transport = createHttpTransport({ server: server.url });
  const post = (name: string) =>
    transport.request({ method: 'POST', path: '/', headers: { 'x-name': name }, body: { text: 'grüße 🌍' } });
  for (const name of ['Jane', 'Jürgen']) {
    expect(await (await post(name)).json()).toEqual([name, 'grüße 🌍']);
  }
  await expect(post('🌍')).rejects.toThrow('the header x-name has a character that HTTP does not allow');
  await expect(post('a\r\nb: c')).rejects.toBeInstanceOf(TransportError);
  await expect(transport.request({ method: 'GET', path: '/a b' })).rejects.toThrow(
    'the path "/a b" is not percent-encoded',
  );
  await transport.close();
});

test('what is not HTTP breaks the connection, with the reason', async () => {
  await using server = await startServer(() => {});
  server.server.removeAllListeners('connection');
  server.server.on('connection', (socket) => socket.resume().end('220 mail.example.com ESMTP\r\n\r\n'));
  const transport = createHttpTransport({ server: server.url });
  await expect(transport.request({ method: 'GET', path: '/' })).rejects.toThrow('the server does not speak HTTP/1.1');
  await transport.close();
});

test('repeated headers are sent as repeated lines, values in both directions keep their order', async () => {
  await using server = await startServer((request, response) => {
    const lines = request.rawHeaders.flatMap((text, i) =>
      i % 2 === 0 && text.startsWith('impersonate') ? [`${text}=${request.rawHeaders[i + 1]}`] : [],
    );
    response.setHeader('warning', ['299 - "a"', '299 - "b, c"']);
    response.end(JSON.stringify(lines));
  });
  const headers = impersonationHeaders({
    user: 'jane',
    uid: '7',
    groups: ['dev', 'system:masters'],
    extra: { 'example.com/Scopes': ['view', 'edit'] },
  });
  const transport = createHttpTransport({ server: server.url, credentials: fixedCredentials({ headers }) });
  const response = await transport.request({ method: 'GET', path: '/' });
  expect(response.headers.warning).toEqual(['299 - "a"', '299 - "b, c"']);
  expect([response.has?.('warning'), response.has?.('retry-after')]).toEqual([true, false]);
  expect(await response.json()).toEqual([
    'impersonate-user=jane',
    'impersonate-uid=7',
    'impersonate-group=dev',
    'impersonate-group=system:masters',
    'impersonate-extra-example.com%2Fscopes=view',
    'impersonate-extra-example.com%2Fscopes=edit',
  ]);
  await transport.close();
});

test('a client certificate is presented', async () => {
  await using server = await startServer((request, response) => {
    const socket = request.socket as unknown as {
      authorized: boolean;
      getPeerCertificate(): { subject?: { CN: string } };
    };
    response.end(JSON.stringify([socket.authorized, socket.getPeerCertificate().subject?.CN ?? null]));
  }, certificates);
  const ask = async (credentials?: ReturnType<typeof fixedCredentials>) => {
    const transport = createHttpTransport({
      server: server.url,
      ca: certificates.ca,
      ...(credentials && { credentials }),
    });
    const answer = await (await transport.request({ method: 'GET', path: '/' })).json();
    await transport.close();
    return answer;
  };
  expect(await ask(fixedCredentials({ headers: {}, certificate: certificates.client }))).toEqual([true, 'alice']);
  expect(await ask()).toEqual([false, null]);
});

test('the server is verified against the authority and the name, unless told otherwise', async () => {
  await using server = await startServer((_, response) => response.end('1'), certificates);
  const ask = async (options: { ca?: string; tlsServerName?: string; insecureSkipTlsVerify?: boolean }) => {
    const transport = createHttpTransport({ server: server.url, ...options });
    try {
      return await (await transport.request({ method: 'GET', path: '/' })).json();
    } catch (error) {
      return (error as TransportError).code;
    } finally {
      await transport.close();
    }
  };
  expect(await ask({})).toMatch(/UNABLE_TO|SELF_SIGNED/);
  expect(await ask({ ca: certificates.ca })).toBe(1);
  expect(await ask({ ca: certificates.server.cert })).toBe(1);
  expect(await ask({ ca: certificates.ca, tlsServerName: 'cluster.test' })).toBe(1);
  expect(await ask({ ca: certificates.ca, tlsServerName: 'other.test' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await ask({ insecureSkipTlsVerify: true })).toBe(1);
});

test('a call refused with 401 is repeated once with renewed credentials', async () => {
  const tokens: (string | undefined)[] = [];
  await using server = await startServer((request, response) => {
    tokens.push(request.headers.authorization);
    response.statusCode = request.headers.authorization === 'Bearer new' ? 200 : 401;
    response.end('1');
  });
  let current = { headers: { authorization: 'Bearer old' } };
  const transport = createHttpTransport({
    server: server.url,
    credentials: {
      get: async () => current,
      renew: async () => {
        current = { headers: { authorization: 'Bearer new' } };
        return current;
      },
      close: () => {},
    },
  });
  expect((await transport.request({ method: 'GET', path: '/' })).status).toBe(200);
  expect(tokens).toEqual(['Bearer old', 'Bearer new']);
  await transport.close();
});

test('no answer is a TransportError that says what to look at', async () => {
  const server = await startServer(() => {});
  await server[Symbol.asyncDispose]();
  const transport = createHttpTransport({ server: server.url });
  const error = await transport.request({ method: 'GET', path: '/' }).catch((cause) => cause);
  expect(error).toBeInstanceOf(TransportError);
  expect(error.code).toBe('ECONNREFUSED');
  expect(error.message).toContain(server.url);
  expect(error.message).toContain('is the API server running');
  await transport.close();
});

test('TLS to a server that speaks plain http says so', async () => {
  await using server = await startServer((_, response) => response.end('1'));
  const transport = createHttpTransport({ server: server.url.replace('http:', 'https:') });
  await expect(transport.request({ method: 'GET', path: '/' })).rejects.toThrow(/http:/);
  await transport.close();
});

test('the path of a gateway comes before the path of the request', async () => {
  await using server = await startServer((request, response) => response.end(JSON.stringify(request.url)));
  const transport = createHttpTransport({ server: `${server.url}/k8s/clusters/c-1/` });
  expect(await (await transport.request({ method: 'GET', path: '/version?x=1' })).json()).toBe(
    '/k8s/clusters/c-1/version?x=1',
  );
  await transport.close();
});

test.each([
  ['and then carries TLS it cannot read', certificates],
  ['also for a server without TLS', undefined],
])('a proxy gets a CONNECT with its credentials, %s', async (_, secured) => {
  await using server = await startServer((_request, response) => response.end('"through"'), secured);
  const asked: (string | undefined)[] = [];
  await using proxy = await startServer(() => {});
  proxy.server.on('connect', (request, socket) => {
    asked.push(request.url, request.headers['proxy-authorization']);
    const upstream = netConnect(server.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  const transport = createHttpTransport({
    server: server.url,
    ca: certificates.ca,
    proxyUrl: proxy.url.replace('//', '//me:s%20cret@'),
  });
  for (let i = 0; i < 3; i++) {
    expect(await (await transport.request({ method: 'GET', path: '/' })).json()).toBe('through');
  }
  expect(asked).toEqual([`127.0.0.1:${server.port}`, `Basic ${Buffer.from('me:s cret').toString('base64')}`]);
  await transport.close();
  await until(() => proxy.open() === 0);
});

test('a proxy that refuses the tunnel is named', async () => {
  await using proxy = await startServer((_, response) => response.end());
  proxy.server.on('connect', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  const transport = createHttpTransport({ server: 'https://127.0.0.1:1', proxyUrl: proxy.url });
  await expect(transport.request({ method: 'GET', path: '/' })).rejects.toThrow(
    `the proxy 127.0.0.1:${proxy.port} refused a tunnel to 127.0.0.1:1: 403`,
  );
  await transport.close();
});
