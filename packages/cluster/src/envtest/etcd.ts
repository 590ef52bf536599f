import type { Handler } from '../api/http-types.ts';
import { startHttpServer } from '../server/https.ts';
import type { Program } from './api-server.ts';
import type { Flags } from './flags.ts';

/** The flags of etcd that are honoured or accepted without effect. */
export const ETCD_FLAGS: readonly string[] = [
  'advertise-client-urls',
  'data-dir',
  'listen-client-urls',
  'listen-peer-urls',
  'unsafe-no-fsync',
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
  const url = new URL(flags.get('listen-client-urls')?.split(',')[0] ?? 'http://127.0.0.1:2379');
  const host = url.hostname === 'localhost' ? '127.0.0.1' : url.hostname;
  const server = await startHttpServer({ handler: answer, host, port: Number(url.port || 2379) });
  return { url: server.url, stop: () => server.stop() };
}
