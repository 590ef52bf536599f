import type { DocumentHandler } from './context.ts';
import type { ServerBody, ServerResponse } from './http-types.ts';
import { textResponse } from './respond.ts';

/** The Kubernetes release that the data of `@opwright/kubernetes` describes. */
export const VERSION = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.13',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'go1.23.12',
  compiler: 'gc',
  platform: 'linux/amd64',
} as const;

/** `/version`. kubectl chooses its own version by it. */
export const versionDocument: DocumentHandler = (request, info) => {
  if (request.method !== 'GET') return undefined;
  if (info.path !== '/version' && info.path !== '/version/') return undefined;
  const headers = { 'cache-control': 'no-cache, private', 'content-type': 'application/json' };
  const body: ServerBody =
    request.values === true ? { json: VERSION } : { text: `${JSON.stringify(VERSION, null, 2)}\n` };
  return { status: 200, headers, body };
};

const CHECKS = [
  'ping',
  'log',
  'etcd',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
];

const { 'x-content-type-options': _, ...plain } = textResponse(200, '').headers;
/** A check by itself answers without the header that keeps browsers from guessing. */
const oneCheck: ServerResponse = { status: 200, headers: plain, body: { text: 'ok' } };

/** `/healthz`, `/livez`, `/readyz`: the server is well as long as it answers. */
export const healthDocuments: DocumentHandler = (_request, info) => {
  const [, root = '', ...rest] = info.path.split('/');
  if (root !== 'healthz' && root !== 'livez' && root !== 'readyz') return undefined;
  const check = rest.join('/');
  if (check !== '') return CHECKS.includes(check) ? oneCheck : textResponse(404, '404 page not found\n');
  if (!info.query.has('verbose')) return textResponse(200, 'ok');
  const excluded = info.query.getAll('exclude');
  const lines = CHECKS.map((name) => (excluded.includes(name) ? `[+]${name} excluded: ok\n` : `[+]${name} ok\n`));
  return textResponse(200, `${lines.join('')}${root} check passed\n`);
};
