import type { TransportRequest } from '@opwright/client';
import { type Cluster, startCluster } from '@opwright/cluster';
import { describe, expect, test } from 'vitest';
import { WIDGETS, WIDGETS_TARGET } from './widgets.ts';

/** Takes a while. */
const MEASURES = process.env.OPWRIGHT_FUZZ_REQUESTS !== undefined;
const SMALL = 1000;
const FACTOR = 4;
/** In proportion is FACTOR, by the square FACTOR². */
const ALLOWED = 10;

const NAMESPACE = '/api/v1/namespaces/fuzz';
const widgets = WIDGETS_TARGET.path.replace('{{ns}}', 'fuzz');
const json = (value: unknown) => ({ bytes: Buffer.from(JSON.stringify(value)) });
const many = <T>(n: number, make: (at: number) => T): T[] => Array.from({ length: n }, (_, at) => make(at));
const keys = (n: number, value: (at: number) => unknown) => Object.fromEntries(many(n, (at) => [`k${at}`, value(at)]));

const configMap = (rest: object, metadata: object = {}) => ({
  method: 'POST' as const,
  path: `${NAMESPACE}/configmaps?dryRun=All`,
  body: json({ metadata: { name: 'a', ...metadata }, ...rest }),
});
const widget = (spec: object) => ({
  method: 'POST' as const,
  path: `${widgets}?dryRun=All`,
  body: json({ ...WIDGETS_TARGET.object('big'), spec }),
});
const patch = (path: string, type: string, body: { bytes: Buffer }) => ({
  method: 'PATCH' as const,
  path: `${path}${path.includes('?') ? '&' : '?'}dryRun=All&fieldManager=one`,
  headers: { 'content-type': `application/${type}` },
  body,
});
const pod = (containers: readonly object[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers },
});

/** Requests whose size is a number. */
const SHAPES: Readonly<Record<string, (n: number) => TransportRequest>> = {
  'keys of a map': (n) => configMap({ data: keys(n, () => 'v') }),
  'unknown fields': (n) => configMap(keys(n, () => 1)),
  'duplicate keys': (n) => ({
    ...configMap({}),
    body: { bytes: Buffer.from(`{"data":{${'"a":"b",'.repeat(n)}"c":"d"}}`) },
  }),
  labels: (n) => configMap({}, { labels: keys(n, () => 'v') }),
  finalizers: (n) => configMap({}, { finalizers: many(n, (at) => `ex.io/f${at}`) }),
  owners: (n) =>
    configMap({}, { ownerReferences: many(n, (at) => ({ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: `u${at}` })) }),
  'items of any list': (n) => widget({ any: { a: many(n, (at) => ({ at })) } }),
  'items of a keyed list': (n) => widget({ list: many(n, (at) => ({ k: `${at}`, v: at })) }),
  'items of a set': (n) => widget({ set: many(n, (at) => `${at}`) }),
  containers: (n) => ({
    method: 'POST',
    path: `${NAMESPACE}/pods?dryRun=All`,
    body: json(pod(many(n, (at) => ({ name: `c${at}`, image: 'i' })))),
  }),
  'YAML lines': (n) => ({
    ...configMap({}),
    headers: { 'content-type': 'application/yaml' },
    body: { bytes: Buffer.from(`metadata: {name: a}\ndata:\n${many(n, (at) => `  k${at}: v\n`).join('')}`) },
  }),
  'operations of a JSON patch': (n) =>
    patch(
      `${NAMESPACE}/configmaps/there`,
      'json-patch+json',
      json(many(n, (at) => ({ op: 'add', path: `/data/k${at}`, value: 'v' }))),
    ),
  'a merge patch': (n) =>
    patch(`${NAMESPACE}/configmaps/there`, 'merge-patch+json', json({ data: keys(n, () => 'v') })),
  'a strategic merge patch of a list': (n) =>
    patch(
      `${NAMESPACE}/pods/there`,
      'strategic-merge-patch+json',
      json({ spec: { containers: many(n, (at) => ({ name: `c${at}`, image: 'i' })) } }),
    ),
  'the order of a list': (n) =>
    patch(
      `${NAMESPACE}/pods/there`,
      'strategic-merge-patch+json',
      json({ spec: { '$setElementOrder/containers': many(n, (at) => ({ name: `c${at}` })) } }),
    ),
  'an applied list': (n) =>
    patch(`${NAMESPACE}/pods/p`, 'apply-patch+yaml', json(pod(many(n, (at) => ({ name: `c${at}`, image: 'i' }))))),
  'an applied widget': (n) =>
    patch(
      `${widgets}/w`,
      'apply-patch+yaml',
      json({
        ...WIDGETS_TARGET.object('w'),
        spec: { any: keys(n, (at) => ({ at })), list: many(n, (at) => ({ k: `${at}` })) },
      }),
    ),
  'requirements of a label selector': (n) => ({
    method: 'GET',
    path: `${NAMESPACE}/configmaps?labelSelector=${many(n, (at) => `k${at}%3Dv`).join(',')}`,
  }),
  'values of a label selector': (n) => ({
    method: 'GET',
    path: `${NAMESPACE}/configmaps?labelSelector=k+in+(${many(n, (at) => `v${at}`).join(',')})`,
  }),
  'terms of a field selector': (n) => ({
    method: 'GET',
    path: `${NAMESPACE}/configmaps?fieldSelector=${many(n, () => 'metadata.name%3Da').join(',')}`,
  }),
  'query parameters': (n) => ({
    method: 'GET',
    path: `${NAMESPACE}/configmaps?${many(n, (at) => `p${at}=v`).join('&')}`,
  }),
  'parts of a path': (n) => ({ method: 'GET', path: '/x'.repeat(n) }),
  'clauses of an Accept header': (n) => ({
    method: 'GET',
    path: `${NAMESPACE}/configmaps`,
    headers: { accept: many(n, () => 'a/b;q=0.1;c=d').join(',') },
  }),
};

describe.runIf(MEASURES)('work grows with the size of a request, not with its square', () => {
  test.each(Object.entries(SHAPES))(
    '%s',
    async (_, shape) => {
      await using cluster = await startCluster({ profile: 'envtest' });
      await cluster.load([WIDGETS, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fuzz' } }]);
      const there = [
        ['configmaps', { metadata: { name: 'there' }, data: { a: 'b' } }],
        ['pods', { ...pod([{ name: 'main', image: 'i' }]), metadata: { name: 'there' } }],
      ] as const;
      for (const [plural, object] of there)
        await cluster.transport.request({ method: 'POST', path: `${NAMESPACE}/${plural}`, body: json(object) });
      await leastWork(cluster, [shape(SMALL)]);
      const measured: { ratio: number; small: number; large: number }[] = [];
      // What disturbs a measurement does so once; growth comes again.
      for (let round = 0; round < 3 && measured.every(({ ratio }) => ratio >= ALLOWED); round++) {
        const [small = 0, large = 0] = await leastWork(cluster, [shape(SMALL), shape(SMALL * FACTOR)]);
        measured.push({ ratio: large / small, small, large });
      }
      expect(measured.at(-1)?.ratio, JSON.stringify(measured)).toBeLessThan(ALLOWED);
    },
    60_000,
  );
});

/**
 * Microseconds of this process's work for each request, the least of some tries: what disturbs only makes them more. What else is
 * at work on the machine counts little, and for all alike, since they take turns.
 */
async function leastWork({ transport }: Cluster, requests: readonly TransportRequest[]): Promise<number[]> {
  const least = requests.map(() => Infinity);
  for (let tries = 0; tries < 7; tries++) {
    for (const [at, request] of requests.entries()) {
      const before = process.cpuUsage();
      await (await transport.request(request)).text();
      const { user, system } = process.cpuUsage(before);
      least[at] = Math.min(least[at] ?? Infinity, user + system);
    }
  }
  return least;
}
