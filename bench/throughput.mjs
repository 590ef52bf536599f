// Creates and gets per second, one after the other and with 16 under way: in-process, over TLS from the same process, and
// over TLS from another process, as a real API server is reached. And what a server's processes work for one of them, which
// does not depend on what else the machine does.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createClient } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { embeddedServer, RECORDED, realServer } from './servers.mjs';
import { configMap, median, rate, report } from './support.mjs';

const WIDTHS = [1, 16];
const ROUNDS = 7;

const noTime = () => 0;

/**
 * Creates and gets per second by verb, for each width, of each server: the median of rounds in which they take
 * turns, so that what else the machine does falls on all of them. A round before the first pays for the compilers.
 */
async function measure(servers, count) {
  const rounds = servers.map(() => ({ create: WIDTHS.map(() => []), get: WIDTHS.map(() => []) }));
  const work = servers.map(() => ({ create: 0, get: 0 }));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, width] of WIDTHS.entries()) {
      for (const [which, { client, cpu = noTime }] of servers.entries()) {
        const name = (i) => `w${width}-${round}-${i}`;
        const start = await cpu();
        const creates = await rate(count, width, (i) => client.create(ConfigMap, configMap(name(i))));
        const created = await cpu();
        const gets = await rate(count, width, (i) => client.get(ConfigMap, { namespace: 'default', name: name(i) }));
        if (round === 0) continue;
        work[which].create += created - start;
        work[which].get += (await cpu()) - created;
        rounds[which].create[index].push(creates);
        rounds[which].get[index].push(gets);
      }
    }
  }
  const operations = count * ROUNDS * WIDTHS.length;
  return rounds.map(({ create, get }, which) => ({
    create: create.map(median),
    get: get.map(median),
    work: { create: work[which].create / operations, get: work[which].get / operations },
  }));
}

function tell(where, rates, anchors, targets = {}) {
  for (const [index, width] of WIDTHS.entries()) {
    for (const verb of ['create', 'get']) {
      report(`${where}: ${verb}s, ${width} under way`, rates[verb][index], '/s', anchors?.[verb][index], targets[verb]);
    }
  }
}

const folder = await mkdtemp(join(tmpdir(), 'opwright-bench-'));
const kubeconfig = join(folder, 'kubeconfig');

const inProcess = await startCluster({ profile: 'envtest' });
const [within] = await measure([inProcess], 8_000);
tell('in-process', within, undefined, { create: { atLeast: 50_000 } });
await inProcess.stop();

const served = await startCluster({ profile: 'envtest', serve: true, kubeconfig });
const connection = await connect({ kubeconfig });
const apart = await embeddedServer();
const real = await realServer();
const [same, other, anchors = RECORDED] = await measure(
  [{ client: createClient(connection.transport) }, apart, ...(real === undefined ? [] : [real])],
  800,
);
if (real !== undefined) tell('real API server', anchors, RECORDED);
tell('TLS, same process', same, anchors);
tell('TLS', other, anchors, { create: { atLeast: 3, times: true }, get: { atLeast: 2, times: true } });
for (const verb of ['create', 'get']) {
  report(`TLS: processor time of the server, ${verb}`, other.work[verb], 'µs', anchors.work?.[verb]);
}
await real?.stop();
await apart.stop();
await connection.transport.close();
await served.stop();
await rm(folder, { recursive: true });
