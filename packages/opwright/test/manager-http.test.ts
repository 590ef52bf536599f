import { expect, test } from 'vitest';
import { controller } from '../src/controller/builder.ts';
import { createManager } from '../src/manager/manager.ts';
import { defineOperator } from '../src/operator.ts';
import { createFakeApi, failure } from './support/fake-api.ts';
import { Foo, named, recording, Thing } from './support/fixtures.ts';

const operator = defineOperator({
  name: 'op',
  controllers: [
    controller(Foo)
      .reads(Thing)
      .reconcile((_foo, ctx) => ctx.status({ happy: true })),
  ],
});

async function get(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  return { status: response.status, text: await response.text() };
}

test('probes and metrics are served from before the caches are synced until the end, and nothing stays open', async () => {
  const handlesBefore = process.getActiveResourcesInfo().length;
  const api = createFakeApi();
  api.put(Foo, named('a', { spec: { name: 'jack' } }));
  const undo = api.rule(({ plural }) =>
    plural === 'things' ? failure(403, 'Forbidden', 'things is forbidden') : undefined,
  );
  const manager = createManager(operator, {
    transport: api,
    logger: recording(),
    metricsAddress: '127.0.0.1:0',
    probeAddress: '127.0.0.1:0',
    host: 'fake',
  });
  const started = manager.start();
  await expect.poll(() => manager.ready().reasons.join('\n')).toContain('grant the operator');
  expect(await get(`${manager.probeUrl}/healthz`)).toEqual({ status: 200, text: 'ok' });
  expect(await get(`${manager.probeUrl}/readyz`)).toEqual({
    status: 500,
    text: '[-]caches failed: reason withheld\n[-]controllers failed: reason withheld\n[+]stopping ok\nhealthz check failed\n',
  });
  const caches = await get(`${manager.probeUrl}/readyz/caches`);
  expect(caches.status).toBe(500);
  expect(caches.text).toMatch(
    /^internal server error: things is not synced: failed to list things: things is forbidden/,
  );
  expect((await get(`${manager.probeUrl}/readyz/nothing`)).status).toBe(404);
  undo();

  await started;
  await expect.poll(() => api.get(Foo, 'default/a')).toMatchObject({ status: { happy: true } });
  expect(await get(`${manager.probeUrl}/readyz`)).toEqual({ status: 200, text: 'ok' });
  expect((await get(`${manager.probeUrl}/readyz?verbose&exclude=caches&exclude=x`)).text).toBe(
    '[+]caches excluded: ok\n[+]controllers ok\n[+]stopping ok\n' +
      'warn: some health checks cannot be excluded: no matches for "x"\nhealthz check passed\n',
  );
  const { text } = await get(`${manager.metricsUrl}/metrics`);
  for (const line of [
    'controller_runtime_reconcile_total{controller="foo",result="success"} ',
    'controller_runtime_reconcile_total{controller="foo",result="requeue"} 0',
    'controller_runtime_reconcile_errors_total{controller="foo"} 0',
    'controller_runtime_terminal_reconcile_errors_total{controller="foo"} 0',
    'controller_runtime_reconcile_panics_total{controller="foo"} 0',
    'controller_runtime_reconcile_timeouts_total{controller="foo"} 0',
    'controller_runtime_max_concurrent_reconciles{controller="foo"} 1',
    'controller_runtime_active_workers{controller="foo"} 0',
    'controller_runtime_reconcile_time_seconds_bucket{le="0.005",controller="foo"} ',
    'workqueue_depth{name="foo",controller="foo",priority="-100"} 0',
    'workqueue_adds_total{name="foo",controller="foo"} ',
    'workqueue_retries_total{name="foo",controller="foo"} 0',
    'workqueue_unfinished_work_seconds{name="foo",controller="foo"} 0',
    'workqueue_longest_running_processor_seconds{name="foo",controller="foo"} 0',
    'workqueue_queue_duration_seconds_count{name="foo",controller="foo"} ',
    'workqueue_work_duration_seconds_count{name="foo",controller="foo"} ',
    'rest_client_requests_total{code="200",method="GET",host="fake"} ',
    'rest_client_requests_total{code="403",method="GET",host="fake"} ',
    'opwright_watch_errors_total{group="",resource="things",reason="Forbidden"} ',
    'opwright_cache_objects{group="example.com",resource="foos"} 1',
  ]) {
    expect(text).toContain(line);
  }
  await manager.stop();
  expect(manager.probeUrl).toBeUndefined();
  await expect.poll(() => process.getActiveResourcesInfo().length).toBeLessThanOrEqual(handlesBefore);
});

test('a used address is an error that names it and the remedy, and leaves nothing running', async () => {
  const api = createFakeApi();
  const options = { transport: api, logger: recording(), metricsAddress: '0', probeAddress: '127.0.0.1:0' };
  const first = createManager(operator, options);
  await first.start();
  const address = first.probeUrl!.replace('http://', '');
  const second = createManager(operator, { ...options, probeAddress: address });
  await expect(second.start()).rejects.toThrow(
    `cannot serve health probes on ${address}: the address is in use; give another address, or "0" to switch it off`,
  );
  await expect(second.done).rejects.toThrow('the address is in use');
  await first.stop();
});
