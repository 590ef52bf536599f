// Opwright beside controller-runtime and @kubernetes/client-node on one API server, in one run; see README.md here.
import { parseArgs } from 'node:util';
import { connect, createClient } from '@opwright/client';
import { ConfigMap, Namespace, Pod } from '@opwright/kubernetes/core';
import { PodDisruptionBudget } from '@opwright/kubernetes/policy';
import { embeddedServer } from '../servers.mjs';
import { configMap, largePod, median, rate, report } from '../support.mjs';
import { PROGRAMS, run } from './programs.mjs';

const { values: options } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    pods: { type: 'string', default: '5000' },
    objects: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
  },
});
const PODS = options.pods.split(',').map(Number);
const OBJECTS = Number(options.objects);
const ROUNDS = Number(options.rounds);
const OURS = 'opwright';

/**
 * What each scenario shows: its counts, how often it is measured, what has to be there before (`shared`: of the same for all
 * programs), and its figures.
 */
const SCENARIOS = {
  latency: {
    counts: [Math.min(OBJECTS, 500)],
    rounds: ROUNDS,
    figures: { p50Ms: ['create → reconcile, p50', 'ms'], p99Ms: ['create → reconcile, p99', 'ms'] },
  },
  noop: {
    // At first compilers decide.
    counts: [OBJECTS, 10 * OBJECTS],
    shared: 'objects',
    prepare: (client, namespace, i) =>
      client.create(ConfigMap, { ...configMap(''), metadata: { name: `object-${i}`, namespace } }),
    figures: { perSecond: ['reconciles that do nothing', '/s'] },
  },
  status: {
    counts: [OBJECTS],
    rounds: ROUNDS,
    prepare: (client, namespace, i) =>
      client.create(PodDisruptionBudget, {
        metadata: { name: `object-${i}`, namespace },
        spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
      }),
    figures: { perSecond: ['reconciles that write a status, 10 at a time', '/s'] },
  },
  queue: { counts: [100_000], figures: { perSecond: ['keys through the work queue', '/s'] } },
  sync: {
    counts: PODS,
    shared: 'pods',
    prepare: (client, namespace, i) => client.create(Pod, largePod(i, namespace)),
    figures: {
      ms: ['cold sync', 'ms'],
      processorMs: ['processor time of it', 'ms'],
      stallMs: ['longest stall of the event loop', 'ms'],
      heapKbPerObject: ['heap per cached pod', 'kB'],
      peakMb: ['peak memory', 'MB'],
    },
  },
};

const commands = {};
for (const [name, { command }] of Object.entries(PROGRAMS)) {
  try {
    commands[name] = command();
  } catch (error) {
    console.log(`${name} is skipped: ${error.message}`);
  }
}
const server = options.kubeconfig ? await liveServer(options.kubeconfig) : await embeddedServer();
let spaces = 0;
for (const [scenario, { counts, rounds = 1, shared, prepare, figures }] of Object.entries(SCENARIOS)) {
  for (const count of counts) {
    const found = {};
    let namespace;
    for (let round = 0; round < rounds; round++) {
      // In turns and in both orders: an API server is the faster the more it has done.
      const inTurn = Object.entries(commands).filter(([name]) => PROGRAMS[name].scenarios.includes(scenario));
      for (const [name, command] of round % 2 === 0 ? inTurn : inTurn.reverse()) {
        if (namespace === undefined || !shared) {
          spaces += 1;
          namespace = `bench-${process.pid}-${spaces}`;
          await server.client.create(Namespace, { metadata: { name: namespace } });
          if (prepare) await rate(count, 16, (i) => prepare(server.client, namespace, i));
        }
        try {
          found[name] ??= [];
          found[name].push(run(command, scenario, server.kubeconfig, namespace, count));
        } catch (error) {
          // Ours has to do it; what a peer cannot do is a figure, too.
          if (name === OURS) throw error;
          console.log(`${name} fails in ${scenario} of ${count}`);
        }
      }
    }
    for (const [figure, [what, unit]] of Object.entries(figures)) {
      const title = shared ? `${what}, ${count.toLocaleString('en')} ${shared}` : what;
      const middle = (name) => median(found[name].map((values) => values[figure]));
      for (const name of Object.keys(found)) {
        if (found[name][0]?.[figure] === undefined) continue;
        report(`${title}: ${name}`, middle(name), unit);
        if (name !== OURS) report(`  ${OURS} to ${name}`, middle(OURS) / middle(name), '×');
      }
    }
  }
}
await server.stop();

async function liveServer(kubeconfig) {
  const { transport } = await connect({ kubeconfig });
  return { kubeconfig, client: createClient(transport), stop: () => transport.close() };
}
