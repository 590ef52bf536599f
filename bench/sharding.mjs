// How much faster replicas that share the objects are than one, with reconciles that wait for something outside; how long a
// hand-over takes. Replicas are managers of one process, on a cluster in the same process.

import { startCluster } from '@opwright/cluster';
import { callbackLogger, controller, createManager, defineOperator, defineResource, k } from 'opwright';
import { report, timed } from './support.mjs';

const OBJECTS = 120;
const WAIT_MS = 200;
const CONCURRENCY = 4;

const Foo = defineResource({
  group: 'example.com',
  version: 'v1',
  kind: 'Foo',
  spec: k.object({ value: k.integer() }),
  status: k.object({ value: k.integer().optional() }),
});

const cluster = await startCluster({ profile: 'envtest' });
await cluster.load([Foo.crd()]);
for (let index = 0; index < OBJECTS; index += 1) {
  await cluster.client.create(Foo, { metadata: { namespace: 'default', name: `foo-${index}` }, spec: { value: 0 } });
}

let value = 0;
let waitingFor = new Set();
let allSeen = () => {};
const foos = controller(Foo, { concurrency: CONCURRENCY, generationChanged: true }).reconcile(async (foo, ctx) => {
  await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  ctx.status({ value: foo.spec.value });
  if (foo.spec.value === value && waitingFor.delete(foo.metadata.name) && waitingFor.size === 0) allSeen();
});
const operator = defineOperator({ name: 'foo', controllers: [foos] });

async function start() {
  const manager = createManager(operator, {
    transport: cluster.transport,
    logger: callbackLogger(() => {}),
    metricsAddress: '0',
    probeAddress: '0',
    sharding: { namespace: 'default' },
  });
  await manager.start();
  await manager.elected;
  return manager;
}

/** Waits until all replicas have taken their share of the same roster. */
async function settled(managers) {
  for (;;) {
    const texts = await Promise.all(managers.map((manager) => manager.metrics()));
    const numbers = texts.map((text) => [
      /shard_members\{.*\} (\d+)/.exec(text)?.[1],
      /shard_waiting_seconds\{.*\} (.*)/.exec(text)?.[1],
    ]);
    if (numbers.every(([members, waiting]) => Number(members) === managers.length && waiting === '0')) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Changes all objects; how many are reconciled per second. */
async function throughput() {
  value += 1;
  waitingFor = new Set(Array.from({ length: OBJECTS }, (_, index) => `foo-${index}`));
  const seen = new Promise((resolve) => {
    allSeen = resolve;
  });
  const ms = await timed(async () => {
    const patch = { type: 'merge', patch: { spec: { value } } };
    for (const name of [...waitingFor]) await cluster.client.patch(Foo, { namespace: 'default', name }, patch);
    await seen;
  });
  return (OBJECTS / ms) * 1000;
}

const managers = [await start()];
await throughput();
const alone = await throughput();
report('one replica', alone, 'reconciles/s');
for (const count of [2, 4]) {
  const ms = await timed(async () => {
    while (managers.length < count) managers.push(await start());
    await settled(managers);
  });
  report(`from ${count / 2} to ${count} replicas, until each has its share`, ms, 'ms');
  await throughput();
  const together = await throughput();
  report(`${count} replicas`, together, 'reconciles/s');
  report(`${count} replicas`, together / alone, 'times as many as one');
}
const leaving = managers.pop();
const ms = await timed(async () => {
  await leaving.stop();
  await settled(managers);
});
report('one of 4 stops, until the others have its share', ms, 'ms');
await Promise.all(managers.map((manager) => manager.stop()));
await cluster.stop();
