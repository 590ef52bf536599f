import type { Handler } from '../api/http-types.ts';
import { startHttpServer } from '../server/https.ts';
import type { Program } from './api-server.ts';
import { type Flags, listenAddress, listOf } from './flags.ts';

/** The flags of etcd that are honoured or accepted without effect. */
export const ETCD_FLAGS: readonly string[] = [
  'advertise-client-urls',
  'data-dir',
  'initial-advertise-peer-urls',
  'initial-cluster',
  'listen-client-urls',
  'listen-peer-urls',
  'unsafe-no-fsync',
  'wal-dir',
];

const answer: Handler = async ({ path }) => {
  const found = /^\/(health|readyz|livez|version)(\?|$)/.test(path);
  return {
    status: found ? 200 : 404,
    headers: { 'content-type': 'application/json' },
    body: { json: found ? { health: 'true', reason: '' } : {} },
  };
};

/**
 * Stands where envtest expects etcd: it answers health checks and stores nothing, because the embedded API server is its own
 * store.
 */
export async function startEnvtestEtcd(flags: Flags): Promise<Program> {
  const url = new URL(listOf(flags, 'listen-client-urls')[0] ?? 'http://127.0.0.1:2379');
  const server = await startHttpServer({
    handler: answer,
    host: listenAddress(url.hostname),
    port: Number(url.port || 2379),
  });
  return { url: server.url, stop: () => server.stop() };
}
