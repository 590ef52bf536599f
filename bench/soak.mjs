// An operator under churn for ten minutes, against an embedded API server in another process over TLS: what it holds must
// not become more. `node --expose-gc bench/soak.mjs MINUTES` for another length.
import { CustomResourceDefinition } from '@opwright/kubernetes/apiextensions';
import { ConfigMap } from '@opwright/kubernetes/core';
import { callbackLogger, controller, createManager, defineOperator, defineResource, k } from 'opwright';
import { embeddedServer, residentMb } from './servers.mjs';
import { report } from './support.mjs';

const MINUTES = Number(process.argv[2] ?? 10);
const OBJECTS = 100;
const PAYLOAD = 2_000;
const PAUSE_MS = 20;
/** The recorder of events remembers the last 4,096 objects: what it holds grows until then. */
const WARM_UP = Number(process.argv[3] ?? 4_300);
/** Caches and compiled code fill up at first: what the last two thirds show counts. */
const SAMPLES = 60;

const Foo = defineResource({
  group: 'bench.example.com',
  version: 'v1',
  kind: 'Foo',
  spec: k.object({ value: k.integer(), payload: k.string() }),
  status: k.object({ value: k.integer().optional() }),
});

const server = await embeddedServer();
await server.client.create(CustomResourceDefinition, Foo.crd());
let reconciles = 0;
const foos = controller(Foo, { concurrency: 4, generationChanged: true })
  .owns(ConfigMap)
  .every('1m')
  .reconcile(async (foo, ctx) => {
    reconciles += 1;
    // Some fail, and are tried again.
    if (reconciles % 17 === 0) throw new Error('out of luck');
    await ctx.apply(ConfigMap, { metadata: { name: foo.metadata.name }, data: { value: foo.spec.payload } });
    ctx.event({ reason: 'Reconciled', message: `value ${foo.spec.value}` });
    ctx.status({ value: foo.spec.value });
  });
const manager = createManager(defineOperator({ name: 'soak', controllers: [foos] }), {
  transport: server.transport,
  metricsAddress: '0',
  probeAddress: '0',
  logger: callbackLogger(() => {}),
});
await manager.start();

const key = (number) => ({ namespace: 'default', name: `foo-${number}` });
const samples = [];
let start = performance.now();
const sampleEvery = (MINUTES * 60_000) / SAMPLES;
for (let step = 0; step < WARM_UP || performance.now() - start < MINUTES * 60_000; step += 1) {
  await server.client.create(Foo, { metadata: key(step), spec: { value: 0, payload: `${step} `.repeat(PAYLOAD / 5) } });
  if (step > 0) await server.client.patch(Foo, key(step - 1), { type: 'merge', patch: { spec: { value: step } } });
  if (step >= OBJECTS) {
    await server.client.delete(Foo, key(step - OBJECTS));
    await server.client.raw('DELETE', `/api/v1/namespaces/default/configmaps/foo-${step - OBJECTS}`).catch(() => {});
  }
  if (step % 500 === 0) await server.client.raw('DELETE', '/apis/events.k8s.io/v1/namespaces/default/events');
  if (step < WARM_UP) {
    start = performance.now();
    continue;
  }
  if (performance.now() - start > samples.length * sampleEvery) samples.push(await sample(step));
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

const settled = samples.slice(SAMPLES / 3);
const last = settled.at(-1);
report('objects that came and went', last.step, '');
report('reconciles', reconciles, '');
// Resident memory is a matter of allocators, which give back late: it is told, not judged.
for (const [what, name, unit, limit] of [
  ['heapMb', 'heap', 'MB', { atMost: 1 }],
  ['handles', 'handles', '', { atMost: 1 }],
  ['sockets', 'sockets', '', { atMost: 1 }],
  ['residentMb', 'resident memory', 'MB'],
  ['serverMb', 'resident memory of the server', 'MB'],
]) {
  report(`${name} at the end`, last[what], unit);
  report('  growth of it in 10 minutes', slope(settled, what) * 10, unit, undefined, limit);
}
await manager.stop();
await server.stop();

async function sample(step) {
  globalThis.gc();
  const handles = process.getActiveResourcesInfo();
  return {
    step,
    minutes: (performance.now() - start) / 60_000,
    heapMb: process.memoryUsage().heapUsed / 1e6,
    residentMb: process.memoryUsage().rss / 1e6,
    serverMb: await residentMb(server.pid),
    handles: handles.length,
    sockets: handles.filter((kind) => /Socket/.test(kind)).length,
  };
}

/** Growth per minute: the slope of the line that fits best. */
function slope(points, what) {
  const mean = (read) => points.reduce((sum, point) => sum + read(point), 0) / points.length;
  const [x, y] = [mean(({ minutes }) => minutes), mean((point) => point[what])];
  const above = mean((point) => (point.minutes - x) * (point[what] - y));
  return above / mean((point) => (point.minutes - x) ** 2);
}
