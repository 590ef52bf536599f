// Creates and gets per second, one after the other and with 16 under way: in-process, over TLS from the same process, and
// over TLS from another process, as a real API server is reached.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createClient } from '@opwright/client';
import { startCluster } from '@opwright/cluster';
import { ConfigMap } from '@opwright/kubernetes/core';
import { embeddedServer, RECORDED, realServer } from './servers.mjs';
import { configMap, rate, report } from './support.mjs';

const WIDTHS = [1, 16];

/** Creates and gets per second by verb, for each width. */
async function measure(client, count) {
  const rates = { create: [], get: [] };
  for (const width of WIDTHS) {
    await rate(1_000, width, (i) => client.create(ConfigMap, configMap(`warm-${width}-${i}`)));
    rates.create.push(await rate(count, width, (i) => client.create(ConfigMap, configMap(`w${width}-${i}`))));
    rates.get.push(
      await rate(count, width, (i) => client.get(ConfigMap, { namespace: 'default', name: `w${width}-${i}` })),
    );
  }
  return rates;
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
tell('in-process', await measure(inProcess.client, 40_000), undefined, { create: { atLeast: 50_000 } });
await inProcess.stop();

const real = await realServer();
const anchors = real === undefined ? RECORDED : await measure(real.client, 4_000);
if (real !== undefined) tell('real API server', anchors, RECORDED);
await real?.stop();

const served = await startCluster({ profile: 'envtest', serve: true, kubeconfig });
const connection = await connect({ kubeconfig });
tell('TLS, same process', await measure(createClient(connection.transport), 4_000), anchors);
await connection.transport.close();
await served.stop();
await rm(folder, { recursive: true });

const apart = await embeddedServer();
tell('TLS', await measure(apart.client, 4_000), anchors, {
  create: { atLeast: 3, times: true },
  get: { atLeast: 2, times: true },
});
await apart.stop();
