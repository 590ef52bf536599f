import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Transport } from '@opwright/client';
import { type Cluster, startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { VirtualClock } from '@opwright/machinery';
import { callbackLogger, controller, createManager, defineOperator, defineResource, k } from 'opwright';
import { expect, test } from 'vitest';

const Foo = defineResource({
  group: 'example.com',
  version: 'v1',
  kind: 'Foo',
  spec: k.object({ value: k.integer(), payload: k.string() }),
  status: k.object({ value: k.integer().optional() }),
});

/** An object that is not let go shows by its size. */
const PAYLOAD = 100_000;

/** Objects there are at any time. */
const OBJECTS = 20;
const STEP_MS = 30_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Everything that must not become more while the same work goes on. */
interface Footprint {
  readonly heapKb: number;
  readonly timers: number;
  readonly watches: number;
  readonly handles: number;
}

test('an hour of churn leaves nothing behind: no memory, no timer, no watch, no handle', async () => {
  const clock = new VirtualClock();
  // Without a history that fills up, what grows is a leak.
  const cluster = await startCluster({ profile: 'envtest', clock, historyLimit: 10 });
  await cluster.load([Foo.crd()]);
  const open = new Set<object>();
  let reconciles = 0;
  const foos = controller(Foo, { generationChanged: true })
    .owns(ConfigMap)
    .every('10m')
    .reconcile(async (foo, ctx) => {
      reconciles += 1;
      // Some fail, and are tried again.
      if (reconciles % 17 === 0) throw new Error('out of luck');
      await ctx.apply(ConfigMap, {
        metadata: { name: foo.metadata.name },
        data: { value: `${foo.spec.value} ${foo.spec.payload}` },
      });
      ctx.event({ reason: 'Reconciled', message: `value ${foo.spec.value}` });
      ctx.status({ value: foo.spec.value });
    });
  const manager = createManager(defineOperator({ name: 'soak', controllers: [foos] }), {
    transport: countingWatches(cluster.transport, open),
    clock,
    metricsAddress: '0',
    probeAddress: '0',
    logger: callbackLogger(() => {}),
  });
  await runWith(clock, manager.start());

  const footprint = async (): Promise<Footprint> => {
    // In virtual time promises follow each other without an end of the job, until which weak references hold.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    return {
      heapKb: process.memoryUsage().heapUsed / 1000,
      timers: clock.pending,
      watches: open.size,
      handles: process.getActiveResourcesInfo().length,
    };
  };
  let step = 0;
  const churn = async (ms: number) => {
    for (const end = clock.monotonic() + ms; clock.monotonic() < end; step += 1) {
      await churnOnce(cluster, step);
      await clock.advance(STEP_MS);
    }
  };

  await churn(20 * 60_000);
  const before = await footprint();
  const reconcilesBefore = reconciles;
  await churn(40 * 60_000);
  const after = await footprint();

  expect(reconciles - reconcilesBefore).toBeGreaterThan(250);
  expect(after.watches).toBe(before.watches);
  expect(after.timers).toBeLessThan(before.timers + 20);
  expect(after.handles).toBeLessThanOrEqual(before.handles + 2);
  // 80 objects have come and gone, each in several versions of 100 kB.
  expect(after.heapKb - before.heapKb).toBeLessThan(5_000);
  await runWith(clock, manager.stop());
  expect(open.size).toBe(0);
  await cluster.stop();
}, 120_000);

/** One object comes, one changes, and the oldest goes. */
async function churnOnce({ client }: Cluster, step: number): Promise<void> {
  const key = (number: number) => ({ namespace: 'default', name: `foo-${number}` });
  await client.create(Foo, { metadata: key(step), spec: { value: 0, payload: `${step} `.repeat(PAYLOAD / 4) } });
  if (step > 0) await client.patch(Foo, key(step - 1), { type: 'merge', patch: { spec: { value: step } } });
  if (step < OBJECTS) return;
  await client.delete(Foo, key(step - OBJECTS));
  await client.delete(ConfigMap, key(step - OBJECTS));
  // The embedded cluster keeps events until somebody deletes them.
  await client.raw('DELETE', '/apis/events.k8s.io/v1/namespaces/default/events');
}

function countingWatches(transport: Transport, open: Set<object>): Transport {
  return {
    close: () => transport.close(),
    async request(request) {
      const response = await transport.request(request);
      if (!request.stream) return response;
      return {
        ...response,
        async *lines() {
          open.add(response);
          try {
            yield* response.lines();
          } finally {
            open.delete(response);
          }
        },
      };
    },
  };
}

/** Lets virtual time pass until `work` is done. */
async function runWith<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let done = false;
  const finished = work.finally(() => {
    done = true;
  });
  await clock.runUntil(() => done, 120_000);
  return finished;
}
