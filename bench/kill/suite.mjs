// Kills a cluster that is kept on disk again and again while it is written to over TLS, and looks what is left.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from '@opwright/client';
import { seededRandom } from '@opwright/machinery';
import { freePort } from '../../scripts/real-api-server.mjs';
import { createLedger, PLURALS, stateOf } from './ledger.mjs';
import { createWatcher } from './watcher.mjs';

const WRITERS = 16;
const NAMES_EACH = 12;
const LONGEST_RUN_MS = 250;
/** Share of the kills that hit the start itself. */
const DURING_START = 0.15;
const START_MS = 500;
/** How many events ago somebody may have left who comes back; more than are kept. */
const RECENT = 800;

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { data: { type: 'object', additionalProperties: { type: 'string' } } },
          },
        },
      },
    ],
  },
};

/**
 * @param options kills, seed; onKill: called with the number of each
 */
export async function runKills({ kills, seed, onKill = () => {} }) {
  const random = seededRandom(`${seed}/kills`);
  const folder = await mkdtemp(join(tmpdir(), 'opwright-kill-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const port = await freePort();
  const violations = [];
  const violate = (text) => violations.push(text);
  const starts = [];
  const replays = { same: 0, gone: 0 };
  let during = 0;

  const launch = () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'server.mjs'), join(folder, 'data'), String(port), kubeconfig],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    const ready = new Promise((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text) => {
          output += text;
          if (output.includes('ready ')) resolve(true);
        });
      }
      child.once('exit', () => resolve(false));
    });
    const exited = once(child, 'exit');
    return {
      async ready() {
        if (!(await ready)) throw new Error(`the cluster did not start: ${output}`);
      },
      async kill() {
        child.kill('SIGKILL');
        await exited;
      },
    };
  };

  let server = launch();
  await server.ready();
  const { transport } = await connect({ kubeconfig });
  const ask = async (method, path, json) => {
    const response = await transport.request({ method, path, ...(json && { body: { json } }) });
    return { status: response.status, body: await response.json() };
  };
  const made = await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  if (made.status !== 201) throw new Error(`the definition was refused: ${JSON.stringify(made.body)}`);

  const ledger = createLedger();
  const watcher = createWatcher(transport, ledger, violate);
  let counter = 0;

  /** One writer until the connection breaks: creates, replaces and deletes objects that are its own. */
  const write = async (number, rng) => {
    const { path, apiVersion, kind } = PLURALS[number % 4 === 0 ? 'things' : 'configmaps'];
    for (;;) {
      const name = `w${number}-${Math.floor(rng.next() * NAMES_EACH)}`;
      const before = ledger.known(name);
      const n = String(++counter);
      const object = {
        apiVersion,
        kind,
        metadata: { name, ...(before && { resourceVersion: before.metadata.resourceVersion }) },
        data: { n, text: 'x'.repeat(Math.floor(rng.next() ** 3 * 8_000)) },
      };
      const removes = before !== undefined && rng.next() < 0.25;
      ledger.begin(name, removes ? 'none' : n);
      let answer;
      try {
        if (removes) answer = await ask('DELETE', `${path}/${name}`);
        else if (before) answer = await ask('PUT', `${path}/${name}`, object);
        else answer = await ask('POST', path, object);
      } catch {
        return;
      }
      if (answer.status >= 300) {
        violate(`${name}: ${answer.status} ${answer.body.message}`);
        return;
      }
      ledger.acknowledge(name, removes ? undefined : answer.body);
    }
  };

  const list = async (plural) => {
    const { status, body } = await ask('GET', PLURALS[plural].path);
    if (status !== 200) throw new Error(`list of ${plural}: ${status} ${body.message}`);
    return body;
  };

  /** What is there must be what was acknowledged, at no older revision, and watches must go on. */
  const verify = async (kill) => {
    const at = (text) => `after kill ${kill}: ${text}`;
    const configmaps = await list('configmaps');
    const things = await list('things');
    const revision = Number(things.metadata.resourceVersion);
    if (revision < ledger.seen) violate(at(`revision ${revision}, but ${ledger.seen} was seen`));
    ledger.see(revision);
    const objects = new Map([...configmaps.items, ...things.items].map((item) => [item.metadata.name, item]));
    for (const problem of ledger.settle(objects)) violate(at(problem));

    const expired = watcher.expired;
    watcher.start();
    const newest = Math.max(0, ...configmaps.items.map(({ metadata }) => Number(metadata.resourceVersion)));
    const show = (items) =>
      items
        .map((item) => `${item.metadata.name} ${stateOf(item)}`)
        .sort()
        .join();
    const wanted = show(configmaps.items);
    const deadline = performance.now() + 10_000;
    while (show([...watcher.objects.values()]) !== wanted) {
      if (watcher.expired > expired) {
        await watcher.stop();
        watcher.reset(configmaps);
        watcher.start();
        break;
      }
      if (performance.now() > deadline) {
        violate(at(`the watch stands at ${watcher.last}, the newest object is of ${newest}`));
        await watcher.stop();
        watcher.reset(configmaps);
        watcher.start();
        break;
      }
      await wait(2);
    }
    // Somebody who was away for longer.
    const recent = watcher.events.slice(-RECENT);
    const since = recent[Math.floor(random.next() * recent.length)]?.[0];
    if (since !== undefined && since !== watcher.events.at(-1)[0]) {
      const outcome = await watcher.replay(since);
      if (outcome === 'same') replays.same += 1;
      else if (outcome === '410') replays.gone += 1;
      else violate(at(`a watch from ${since}: ${outcome}`));
    }
  };

  try {
    watcher.reset(await list('configmaps'));
    watcher.start();
    for (let kill = 1; kill <= kills; kill++) {
      const writers = Array.from({ length: WRITERS }, (_, number) =>
        write(number, seededRandom(`${seed}/${kill}/${number}`)),
      );
      await wait(random.next() * LONGEST_RUN_MS);
      await server.kill();
      await Promise.all(writers);
      await watcher.stop();
      onKill(kill);
      while (kill < kills && random.next() < DURING_START) {
        const early = launch();
        await wait(random.next() * START_MS);
        await early.kill();
        during += 1;
        onKill(++kill);
      }
      const startedAt = performance.now();
      server = launch();
      await server.ready();
      starts.push(performance.now() - startedAt);
      await verify(kill);
    }
  } finally {
    await watcher.stop();
    await transport.close();
    await server.kill();
    await rm(folder, { recursive: true });
  }
  return {
    kills,
    during,
    acknowledged: ledger.acknowledged,
    revision: ledger.seen,
    replays,
    expired: watcher.expired,
    starts,
    violations,
  };
}
