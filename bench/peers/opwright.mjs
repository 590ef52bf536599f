// The measurements of bench/peers in Opwright: `opwright.mjs SCENARIO KUBECONFIG NAMESPACE COUNT`.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { connect, createClient, systemClock, systemRandom } from '@opwright/client';
import { ConfigMap, Pod } from '@opwright/kubernetes/core';
import { PodDisruptionBudget } from '@opwright/kubernetes/policy';
import { callbackLogger, controller, createManager, defineOperator } from 'opwright';
import { longestStall, percentile, timed } from '../support.mjs';

const WORKERS = 10;
const [scenario, kubeconfig, namespace, countText] = process.argv.slice(2);
const count = Number(countText);
const { transport } = await connect({ kubeconfig });

function managerOf(...controllers) {
  return createManager(defineOperator({ name: 'peer', controllers }), {
    transport,
    namespaces: [namespace],
    metricsAddress: '0',
    probeAddress: '0',
    logger: callbackLogger(() => {}),
  });
}

async function sync() {
  const watcher = controller(ConfigMap)
    .reads(Pod)
    .reconcile(() => {});
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const cpu = process.cpuUsage();
  const manager = managerOf(watcher);
  let ms;
  const stallMs = await longestStall(async () => {
    ms = await timed(() => manager.start());
  });
  const { user, system } = process.cpuUsage(cpu);
  globalThis.gc();
  const heapKbPerObject = (process.memoryUsage().heapUsed - before) / count / 1000;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  await manager.stop();
  return { ms, processorMs: (user + system) / 1000, stallMs, heapKbPerObject, peakMb };
}

async function latency() {
  const waiting = new Map();
  const manager = managerOf(
    controller(ConfigMap).reconcile(({ metadata }) => waiting.get(metadata.name)?.(performance.now())),
  );
  await manager.start();
  const client = createClient(transport);
  const latencies = [];
  for (let i = 0; i < count; i++) {
    const name = `object-${i}`;
    const begun = new Promise((resolve) => waiting.set(name, resolve));
    const start = performance.now();
    await client.create(ConfigMap, { metadata: { name, namespace }, data: { key: 'value' } });
    latencies.push((await begun) - start);
  }
  await manager.stop();
  return { p50Ms: percentile(latencies, 50), p99Ms: percentile(latencies, 99) };
}

/** Reconciles per second from the first until `count` have called `done`. */
async function throughput(make) {
  let first;
  let left = count;
  let finish;
  const finished = new Promise((resolve) => {
    finish = resolve;
  });
  const begin = () => {
    first ??= performance.now();
  };
  const done = () => {
    left -= 1;
    if (left === 0) finish(performance.now());
  };
  const manager = managerOf(make(begin, done));
  await manager.start();
  const perSecond = (count / ((await finished) - first)) * 1000;
  await manager.stop();
  return { perSecond };
}

const noop = () =>
  throughput((begin, done) =>
    controller(ConfigMap).reconcile(() => {
      begin();
      done();
    }),
  );

const status = () =>
  throughput((begin, done) =>
    controller(PodDisruptionBudget, { concurrency: WORKERS }).reconcile((budget, ctx) => {
      begin();
      // The second run, which the write causes, shows that the status was written.
      if (budget.status?.expectedPods === 3) return done();
      ctx.status({
        expectedPods: 3,
        desiredHealthy: 2,
        currentHealthy: 0,
        disruptionsAllowed: 0,
        conditions: [{ type: 'Ready', status: 'True', reason: 'Reconciled', message: '' }],
      });
    }),
  );

/** The queue is no part of the public interface: it is taken from the sources. */
async function queue() {
  // What only this scenario needs is no work for the others.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from './queue.ts'; export * from './backoff.ts';`,
      resolveDir: join(import.meta.dirname, '../../packages/opwright/src/queue'),
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  const file = join(import.meta.dirname, '../../.opwright', `queue-${process.pid}.mjs`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, outputFiles[0].contents);
  const { createQueue, exponentialBackoff } = await import(file);
  await rm(file);
  const work = createQueue({ clock: systemClock, backoff: exponentialBackoff(systemRandom) });
  const ms = await timed(async () => {
    for (let i = 0; i < count; i++) work.add(`default/object-${i}`);
    for (let i = 0; i < count; i++) work.done(await work.get());
  });
  return { perSecond: (count / ms) * 1000 };
}

console.log(JSON.stringify(await { sync, latency, noop, status, queue }[scenario]()));
await transport.close();
