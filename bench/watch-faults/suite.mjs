// Runs faults against a follower and holds it to what the API server says.
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createAuthority } from '@opwright/client';
import { seededRandom, sleep } from '@opwright/machinery';
import { createClientClock } from './clock.mjs';
import { FAULTS } from './faults.mjs';
import { createJudge, difference } from './judge.mjs';
import { createProxy } from './proxy.mjs';
import { createWorld, PLURALS } from './world.mjs';

/** Sockets that a client may keep beside its watches: those of its pool. */
const SPARE_SOCKETS = 6;
/** After so long without use a backoff starts over. Of the client's clock. */
const REST_MS = 121_000;
/** Timers that a client may have pending when all is quiet: the watchdogs of two watches, and those of queues. */
const QUIET_TIMERS = 8;
/** Growth of the heap from a quarter of the run to its end that is no leak: what a lane remembers fills up. In bytes. */
const HEAP_SLACK = 2e6;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/**
 * @param options
 *   follow: starts the client, see opwright-follower.mjs;
 *   faults, seed; kinds: names of faults, default all; lanes: clients at the same time, each with a server of its own;
 *   scale: how much faster the client's clock runs; boundMs: time to recover, of the client's clock;
 *   strict: see createJudge; onFault: called after each
 */
export async function runSuite(options) {
  const { faults, seed, lanes: width = 8, scale = 200, kinds = Object.keys(FAULTS) } = options;
  const boundMs = options.boundMs ?? 600_000;
  for (const kind of kinds) if (!FAULTS[kind]) throw new Error(`unknown fault ${JSON.stringify(kind)}`);
  const startedAt = performance.now();
  const handlesBefore = handles();
  const results = new Map(
    kinds.map((kind) => [kind, { count: 0, met: 0, recovered: 0, times: [], relists: 0, connections: 0 }]),
  );
  const violations = [];
  const plan = schedule(kinds, faults, seededRandom(`${seed}/plan`));
  const authority = createAuthority('watch faults', Date.now());
  const lanes = await Promise.all(
    Array.from({ length: Math.min(width, faults) }, (_, number) =>
      startLane({ ...options, number, authority, scale, boundMs, violations }),
    ),
  );

  let next = 0;
  const run = async (lane, until) => {
    while (next < until) {
      const index = next++;
      const kind = plan[index];
      const outcome = await lane.fault(index, kind);
      const result = results.get(kind);
      result.count += 1;
      if (outcome.met) result.met += 1;
      if (outcome.recoveredMs !== undefined) {
        result.recovered += 1;
        result.times.push(outcome.recoveredMs);
      }
      result.relists += outcome.relists;
      result.connections += outcome.connections;
      options.onFault?.(index, kind, outcome);
    }
  };
  const level = async () => {
    for (const lane of lanes) await lane.settle();
    await turn();
    collectGarbage();
    return {
      heap: process.memoryUsage().heapUsed,
      handles: handles(),
      sockets: lanes.reduce((total, lane) => total + lane.sockets, 0),
    };
  };

  // The first faults fill pools, logs and compiled code: growth is counted from then on.
  const warm = Math.floor(faults / 4);
  await Promise.all(lanes.map((lane) => run(lane, warm)));
  const before = await level();
  await Promise.all(lanes.map((lane) => run(lane, faults)));
  const after = await level();
  for (const lane of lanes) await lane.stop();
  for (let i = 0; i < 500 && handles() > handlesBefore; i++) await wait(10);
  if (handles() > handlesBefore) {
    violations.push(`the end: ${handles()} handles are left, ${handlesBefore} were there before`);
  }
  if (after.heap - before.heap > lanes.length * HEAP_SLACK) {
    violations.push(`the end: the heap has grown from ${before.heap} to ${after.heap} bytes`);
  }
  if (after.sockets - before.sockets > lanes.length * SPARE_SOCKETS) {
    violations.push(`the end: connections have grown from ${before.sockets} to ${after.sockets}`);
  }
  return { results, violations, before, after, seconds: (performance.now() - startedAt) / 1000 };
}

/** Every kind equally often, in a random order. */
function schedule(kinds, faults, random) {
  const plan = Array.from({ length: faults }, (_, index) => kinds[index % kinds.length]);
  for (let i = plan.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [plan[i], plan[j]] = [plan[j], plan[i]];
  }
  return plan;
}

async function startLane({ follow, number, authority, seed, scale, boundMs, violations, strict, log }) {
  const world = await createWorld();
  const certificate = authority.issue({ commonName: 'proxy', usage: 'server', hosts: ['127.0.0.1'] });
  const proxy = await createProxy(certificate, world.upstream);
  const clock = createClientClock(scale);
  let where = 'the start';
  const violation = (text) => violations.push(`${where}: ${text}`);
  const judge = createJudge(world, violation, { strict });
  let follower;
  let listedBefore = { configmaps: -1, widgets: -1 };

  const begin = async () => {
    follower = await follow({
      number,
      server: proxy.url,
      ca: authority.certificate,
      clock,
      random: seededRandom(`${seed}/client`),
      report: judge.report,
      isSystem: world.isSystem,
      log,
    });
  };

  /** Asks again and again until the answer is truthy; undefined when the client's time to recover is over. */
  async function eventually(ask) {
    const end = clock.monotonic() + boundMs;
    for (;;) {
      const answer = ask();
      if (answer) return answer;
      if (clock.monotonic() > end) return undefined;
      await wait(3);
    }
  }

  /** Resolves with the promise, or with false when half of the client's time to recover is over. */
  function within(promise) {
    return new Promise((resolve) => {
      const timer = clock.setTimeout(() => resolve(false), boundMs / 2);
      promise.then(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }

  /** What is not as it should be when all is quiet. */
  function problem() {
    for (const plural of PLURALS) {
      const said =
        difference(plural, follower.held(plural), world.objects[plural]) ??
        difference(`${plural} as reported:`, judge.mirror[plural], world.objects[plural]);
      if (said) return said;
    }
    return follower.unreconciled?.(world.objects);
  }

  /** The client has one watch for each kind. */
  const watching = () => PLURALS.every((plural) => proxy.watches(plural).length === 1);

  async function checkServer() {
    for (const plural of PLURALS) {
      const said = difference(`the record of ${plural}:`, world.objects[plural], await world.truth(plural));
      if (said) violation(said);
    }
  }

  await begin();
  await eventually(() => problem() === undefined && watching());
  judge.checkComplete(() => true);

  return {
    get sockets() {
      return proxy.sockets;
    },

    async fault(index, kind) {
      where = `fault ${index} (${kind})`;
      const random = seededRandom(`${seed}/${index}`);
      const before = { ...proxy.counts };
      const pick = (items) => items[Math.floor(random.next() * items.length)];
      let met = true;
      const lane = {
        proxy,
        world,
        clock,
        random,
        violation,
        pick,
        chance: (probability) => random.next() < probability,
        between: (low, high) => low + Math.floor(random.next() * (high - low + 1)),
        change: (times = 1) => world.change(random, times),
        pause: (clientMs) => sleep(clock, clientMs),
        /** Waits for the client to walk into a trap. */
        async within(trap) {
          if (!(await within(trap))) met = false;
        },
      };
      // Most faults find a client that has been at rest, and starts its backoff over.
      if (lane.chance(0.8)) clock.skip(REST_MS);
      await world.change(random, lane.between(0, 2));
      await FAULTS[kind](lane);
      proxy.clearRules();
      await world.change(random, lane.between(1, 3));
      await world.mark();
      const overAt = clock.monotonic();
      const outcome = { met, recoveredMs: undefined };
      if (await eventually(() => problem() === undefined)) {
        outcome.recoveredMs = clock.monotonic() - overAt;
        // The next fault needs something to harm.
        if (await eventually(watching)) {
          const why = problem();
          if (why) violation(`lost what it had: ${why}`);
          judge.checkComplete((plural) => proxy.listed[plural] !== listedBefore[plural]);
          await checkServer();
        } else {
          const [configmaps, widgets] = PLURALS.map((plural) => proxy.watches(plural).length);
          violation(`has ${configmaps} watches of configmaps and ${widgets} of widgets instead of one each`);
          outcome.recoveredMs = undefined;
        }
      } else {
        const watches = PLURALS.map((plural) => `${proxy.watches(plural).length} of ${plural}`).join(' and ');
        const asked = Object.entries(proxy.counts).map(([what, count]) => `${count - before[what]} ${what}`);
        await checkServer();
        const says = follower.problems?.() ?? [];
        violation(
          [
            `not recovered: ${problem()}; watches: ${watches}; since the start of the fault ${asked.join(', ')}`,
            ...says,
          ].join('; '),
        );
      }
      if (outcome.recoveredMs === undefined) {
        await follower.stop();
        proxy.closeAll();
        judge.reset();
        await begin();
        await eventually(() => problem() === undefined && watching());
        judge.checkComplete(() => true);
      }
      listedBefore = { ...proxy.listed };
      outcome.relists = proxy.counts.lists - before.lists;
      outcome.connections = proxy.counts.connections - before.connections;
      return outcome;
    },

    /** Waits until nothing is under way, and looks for what was left behind. */
    async settle() {
      where = 'when all was quiet';
      const quiet = () => proxy.sockets <= PLURALS.length + SPARE_SOCKETS && clock.pending <= QUIET_TIMERS;
      if (!(await eventually(quiet))) {
        violation(`${proxy.sockets} connections and ${clock.pending} timers are open`);
      }
    },

    async stop() {
      where = 'the stop';
      await follower.stop();
      if (!(await eventually(() => proxy.sockets === 0 && clock.pending === 0))) {
        violation(`${proxy.sockets} connections and ${clock.pending} timers are left`);
      }
      clock.stop();
      await proxy.close();
      await world.stop();
    },
  };
}

/** What keeps the process alive, beside the timers of this suite. */
const handles = () => process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Pipe|Server/.test(name)).length;
