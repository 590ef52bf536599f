import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient, createHttpTransport, systemClock, systemRandom, type TransportRequest } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { Lease } from '@opwright/kubernetes/coordination';
import type { Clock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { createElector } from '../src/election/elector.ts';
import { lifeline } from '../src/election/lifeline.ts';
import { resolveElection } from '../src/election/options.ts';
import { recording } from './support/fixtures.ts';

/** Real time, five times as fast: a busy machine must not look like a lost lease. */
const hurried: Clock = {
  now: () => systemClock.now() * 5,
  monotonic: () => systemClock.monotonic() * 5,
  setTimeout: (callback, delayMs) => systemClock.setTimeout(callback, delayMs / 5),
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

test('hung requests that take all connections of the pool do not cost the lease', async () => {
  const cluster = await startCluster({ profile: 'envtest' });
  // Answers for leases only.
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    if (!path.includes('/leases')) return;
    const text = await bodyOf(request);
    const answer = await cluster.transport.request({
      method: request.method as TransportRequest['method'],
      path,
      headers: { 'content-type': 'application/json' },
      ...(text !== '' && { body: { text } }),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const transport = createHttpTransport({ server: `http://127.0.0.1:${port}`, maxSockets: 2 });
  const hang = () => transport.request({ method: 'GET', path: '/api/v1/pods' }).catch(() => {});
  const hung = [hang(), hang(), hang()];

  const options = { operator: 'op', random: systemRandom };
  const elector = createElector({
    client: createClient(lifeline(transport)),
    clock: hurried,
    random: systemRandom,
    logger: recording(),
    election: resolveElection({ namespace: 'default' }, options),
  });
  const stopping = new AbortController();
  expect(await elector.acquire(stopping.signal)).toBe(true);
  const held = elector.hold(stopping.signal);
  // Half as long again as the renew deadline.
  await new Promise<void>((resolve) => void hurried.setTimeout(resolve, 15_000));
  expect(elector.isLeader()).toBe(true);
  stopping.abort();
  expect(await held).toBeUndefined();
  await elector.release(new AbortController().signal);
  const lease = await cluster.client.get(Lease, { namespace: 'default', name: 'op' });
  expect(lease.spec.holderIdentity).toBe('');

  await transport.close();
  await Promise.all(hung);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await cluster.stop();
});
