import { setTimeout as sleep } from 'node:timers/promises';
import { exchange } from './exchange.ts';
import type { Server } from './server.ts';

const GONE_MS = 5_000;

const WITHOUT_FINALIZERS = {
  headers: { 'content-type': 'application/merge-patch+json' },
  body: { json: { metadata: { finalizers: null } } },
};

/** Deletes cluster-wide objects, the latest first; may wait until definitions have taken their resources with them. */
export async function cleanUp(server: Server, paths: readonly string[], waits: boolean): Promise<void> {
  for (const path of [...new Set(paths)].reverse()) {
    const { text } = await exchange(server.transport, { method: 'DELETE', path });
    if (!path.includes('/customresourcedefinitions/')) {
      if (text.includes('"finalizers"'))
        await exchange(server.transport, { method: 'PATCH', path, ...WITHOUT_FINALIZERS });
      continue;
    }
    if (!waits) continue;
    for (let waited = 0; waited < GONE_MS; waited += 40) {
      const { status } = await exchange(server.transport, { method: 'GET', path });
      if (status === 404) break;
      await sleep(40);
    }
  }
}
