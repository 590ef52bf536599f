import { type CounterSeries, createMetricRegistry, type HistogramSeries, type MetricLabels } from '@opwright/machinery';
import type { DocumentHandler } from './context.ts';
import { healthChecks } from './health.ts';
import type { RequestInfo } from './request-info.ts';

/** What the API server counts about itself, under Kubernetes' names. */
export interface ApiServerMetrics {
  /** Takes note of a request that has been answered. A watch counts when it is answered, not when it ends. */
  observe(info: RequestInfo, status: number, seconds: number): void;
  /** `/metrics` and `/metrics/slis`. */
  readonly documents: DocumentHandler;
}

const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const VERBS: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT' };

/** @param objects how many objects of each resource are stored, by its name; asked when the metrics are read */
export function createApiServerMetrics(
  objects: () => Iterable<readonly [resource: string, count: number]>,
): ApiServerMetrics {
  const registry = createMetricRegistry();
  const requests = registry.counter(
    'apiserver_request_total',
    'Requests by verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
  );
  const duration = registry.histogram(
    'apiserver_request_duration_seconds',
    'Response latency in seconds by verb, dry run value, group, version, resource, subresource, scope and component.',
    BUCKETS,
  );
  registry.read(
    'gauge',
    'apiserver_storage_objects',
    'Stored objects at the time of the last check, split by kind.',
    () => Array.from(objects(), ([resource, count]) => [{ resource }, count] as const),
  );
  /** By what tells requests apart: finding the series by all labels costs more than counting. */
  const series = new Map<string, { readonly count: CounterSeries; readonly time: HistogramSeries }>();

  return {
    observe(info, status, seconds) {
      const key = keyOf(info, status);
      let found = series.get(key);
      if (found === undefined) {
        const labels = labelsOf(info);
        found = { count: requests({ ...labels, code: String(status) }), time: duration(labels) };
        series.set(key, found);
      }
      found.count.inc();
      found.time.observe(seconds);
    },
    async documents(_request, info) {
      if (info.path !== '/metrics' && info.path !== '/metrics/slis') return undefined;
      const text = info.path === '/metrics' ? await registry.text() : healthMetrics();
      const headers = { 'cache-control': 'no-cache, private', 'content-type': registry.contentType };
      return { status: 200, headers, body: { text } };
    },
  };
}

function keyOf(info: RequestInfo, status: number): string {
  if (!info.isResource) return `${status} ${info.method} ${documentOf(info.path)}`;
  const { verb, group, version, resource, subresource, query } = info;
  return `${status} ${verb} ${group} ${version} ${resource} ${subresource} ${scopeOf(info)} ${query.get('dryRun') ?? ''}`;
}

function labelsOf(info: RequestInfo): MetricLabels {
  const component = 'apiserver';
  if (!info.isResource) {
    const none = { group: '', version: '', resource: '', scope: '', dry_run: '' };
    return { ...none, verb: info.method, subresource: documentOf(info.path), component };
  }
  const { verb, method, group, version, resource, subresource, query } = info;
  return {
    verb: VERBS[verb] ?? (verb === '' ? method : verb.toUpperCase()),
    group,
    version,
    resource,
    subresource,
    scope: scopeOf(info),
    component,
    dry_run: query.get('dryRun') ?? '',
  };
}

/** Paths that clients make up are one series. */
function documentOf(path: string): string {
  const [, root = '', next = ''] = path.split('/');
  if (root === 'openapi') return `openapi/${next === 'v2' ? next : 'v3'}`;
  return /^(api|apis|healthz|livez|metrics|readyz|version)?$/.test(root) ? `/${root}` : '';
}

function scopeOf({ name, verb, namespace, resource }: Extract<RequestInfo, { isResource: true }>): string {
  if (name !== '' || verb === 'create') return 'resource';
  return namespace === '' || resource === 'namespaces' ? 'cluster' : 'namespace';
}

function healthMetrics(): string {
  const lines = (['healthz', 'livez', 'readyz'] as const).flatMap((type) =>
    healthChecks(type).map((name) => `kubernetes_healthcheck{name="${name}",type="${type}"} 1\n`),
  );
  return `# HELP kubernetes_healthcheck This metric records the result of a single healthcheck.\n# TYPE kubernetes_healthcheck gauge\n${lines.sort().join('')}`;
}
