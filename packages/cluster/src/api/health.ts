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

/**
 * Kubernetes' names of what has to be done before an API server is well, in its order. Here all of it is done before the first
 * request is answered; clients ask for the names.
 */
const HOOKS = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
  'autoregister-completion',
  'apiservice-openapi-controller',
  'apiservice-openapiv3-controller',
];

const CHECKS: readonly string[] = [
  'ping',
  'log',
  'etcd',
  ...HOOKS.map((hook) => (hook === 'autoregister-completion' ? hook : `poststarthook/${hook}`)),
];
const READY_CHECKS = [...CHECKS.slice(0, 3), 'etcd-readiness', 'informer-sync', ...CHECKS.slice(3), 'shutdown'];

/** The names of the checks below one of the three paths, in the order in which they are told. */
export function healthChecks(root: 'healthz' | 'livez' | 'readyz'): readonly string[] {
  return root === 'readyz' ? READY_CHECKS : CHECKS;
}

const { 'x-content-type-options': _, ...plain } = textResponse(200, '').headers;
/** A check by itself answers without the header that keeps browsers from guessing. */
const oneCheck: ServerResponse = { status: 200, headers: plain, body: { text: 'ok' } };

/** `/healthz`, `/livez`, `/readyz`: the server is well as long as it answers. */
export const healthDocuments: DocumentHandler = (_request, info) => {
  const [, root = '', ...rest] = info.path.split('/');
  if (root !== 'healthz' && root !== 'livez' && root !== 'readyz') return undefined;
  const check = rest.join('/');
  const checks = healthChecks(root);
  if (check !== '') return checks.includes(check) ? oneCheck : textResponse(404, '404 page not found\n');
  if (!info.query.has('verbose')) return textResponse(200, 'ok');
  const excluded = info.query.getAll('exclude');
  const lines = checks.map((name) => (excluded.includes(name) ? `[+]${name} excluded: ok\n` : `[+]${name} ok\n`));
  const unknown = excluded.filter((name) => !checks.includes(name)).sort();
  if (unknown.length > 0) {
    const names = unknown.map((name) => JSON.stringify(name)).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}\n`);
  }
  return textResponse(200, `${lines.join('')}${root} check passed\n`);
};
