import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { controller } from '../src/controller/builder.ts';
import { createManager, type Manager } from '../src/manager/manager.ts';
import { defineOperator } from '../src/operator.ts';
import { webhooks } from '../src/webhooks/builder.ts';
import { ownCertificates } from '../src/webhooks/certificates.ts';
import { createFakeApi, type FakeApi } from './support/fake-api.ts';
import { Foo, idleClock, named, recording, Thing } from './support/fixtures.ts';

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** An operator with one of each part, whose reconcile and whose webhook end when the test says so. */
function setUp() {
  const clock = idleClock();
  const api = createFakeApi();
  api.put(Foo, named('a', { spec: { name: 'x' } }));
  api.put(Thing, named('t'));
  const [work, review] = [gate(), gate()];
  const seen = { work: '', review: '' };
  const operator = defineOperator({
    name: 'op',
    controllers: [
      controller(Foo)
        .reads(Thing)
        .reconcile(async (_foo, ctx) => {
          seen.work = `${running(manager, api)}, with ${ctx.list(Thing).length} thing`;
          await work.opened;
        }),
    ],
    webhooks: [
      webhooks(Foo).validate(async () => {
        seen.review = running(manager, api);
        await review.opened;
      }),
    ],
  });
  const options = {
    transport: api,
    clock,
    logger: recording(),
    metricsAddress: '127.0.0.1:0',
    probeAddress: '127.0.0.1:0',
    webhookAddress: '127.0.0.1:0',
    webhookCertificates: ownCertificates({ clock, hosts: ['127.0.0.1'] }),
  };
  const manager = createManager(operator, options);
  return { clock, api, work, review, seen, operator, options, manager };
}

function running(manager: Manager, api: FakeApi): string {
  const parts = {
    metrics: manager.metricsUrl,
    probes: manager.probeUrl,
    webhooks: manager.webhookUrl,
    caches: api.watches.length > 0 || undefined,
  };
  return Object.entries(parts)
    .flatMap(([name, up]) => (up === undefined ? [] : [name]))
    .join(', ');
}

/** Asks the webhook; resolves with the code of the answer. */
function ask(url: string | undefined): Promise<number | string | undefined> {
  const body = JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: { uid: 'u', operation: 'CREATE', userInfo: {}, object: { spec: { name: 'x' } }, oldObject: null },
  });
  return new Promise((resolve) => {
    const outgoing = request(
      `${url}/validate-example-com-v1-foo`,
      { method: 'POST', headers: { 'content-type': 'application/json' }, rejectUnauthorized: false },
      (incoming) => incoming.resume().on('end', () => resolve(incoming.statusCode)),
    );
    outgoing.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    outgoing.end(body);
  });
}

const status = async (url: string) => (await fetch(url, { headers: { connection: 'close' } })).status;

test('servers start before caches, caches before work; the stop ends work, then caches, then webhooks, then probes', async () => {
  const { clock, api, work, review, seen, manager } = setUp();
  let atFirstRequest: string | undefined;
  api.rule(() => {
    atFirstRequest ??= running(manager, api);
    return undefined;
  });
  await manager.start();
  expect(atFirstRequest).toBe('metrics, probes, webhooks');
  expect(seen.work).toBe('metrics, probes, webhooks, caches, with 1 thing');

  const answer = ask(manager.webhookUrl);
  await expect.poll(() => seen.review).not.toBe('');
  const { probeUrl } = manager;
  const stopped = manager.stop();
  await clock.advance(5000);
  expect(running(manager, api)).toBe('metrics, probes, webhooks, caches');
  expect([await status(`${probeUrl}/healthz`), await status(`${probeUrl}/readyz`)]).toEqual([200, 500]);

  work.open();
  await clock.advance(5000);
  // The webhooks take no more questions, and wait for the answer to the last one.
  expect(running(manager, api)).toBe('metrics, probes');
  expect(await status(`${probeUrl}/healthz`)).toBe(200);

  review.open();
  expect(await answer).toBe(200);
  await stopped;
  await manager.done;
  expect(running(manager, api)).toBe('');
  expect(clock.pending).toBe(0);
});

test('one grace period holds for the whole stop, however many parts use it up', async () => {
  const { clock, api, work, seen, manager } = setUp();
  await manager.start();
  const answer = ask(manager.webhookUrl);
  await expect.poll(() => seen.review).not.toBe('');
  let ended: unknown;
  const stopped = manager.stop().catch((error) => {
    ended = error;
  });
  await clock.advance(20_000);
  work.open();
  await clock.advance(9_999);
  expect(running(manager, api)).toBe('metrics, probes');
  expect(ended).toBeUndefined();
  await clock.advance(2);
  await stopped;
  expect(ended).toMatchObject({ message: expect.stringContaining('within grace period of 30s') });
  expect(await answer).toBe('ECONNRESET');
  expect([running(manager, api), clock.pending]).toEqual(['', 0]);
});

test('a part that cannot start ends all others, and start and done reject with its error', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
  const { clock, api, operator, options } = setUp();
  const manager = createManager(operator, { ...options, webhookAddress: address });
  const message = `cannot serve webhooks on ${address}: the address is in use`;
  await expect(manager.start()).rejects.toThrow(message);
  await expect(manager.done).rejects.toThrow(message);
  expect([running(manager, api), api.requests, clock.pending]).toEqual(['', [], 0]);
  await new Promise((resolve) => taken.close(resolve));
});
