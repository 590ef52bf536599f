import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@opwright/client';
import { describe, expect, test } from 'vitest';
import { messageOf, send } from '../../test/exchange.ts';
import { type Cluster, startCluster } from '../index.ts';

/* Answers of kube-apiserver 1.32 to the same requests. */

const L1 = '/api/v1/namespaces/l1/configmaps';

async function withFive(): Promise<Cluster> {
  const cluster = await startCluster({ profile: 'envtest' });
  await send(cluster.transport, 'POST /api/v1/namespaces', { metadata: { name: 'l1' } });
  for (let i = 0; i < 5; i++) {
    const labels = { i: String(i), par: i % 2 === 0 ? 'even' : 'odd' };
    await send(cluster.transport, `POST ${L1}`, { metadata: { name: `c${i}`, labels } });
  }
  return cluster;
}

interface List {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  readonly items: readonly { metadata: { name: string } }[];
}

const thingDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.com' },
  spec: {
    group: 'example.com',
    names: { plural: 'things', kind: 'Thing' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const namesOf = (list: List) => list.items.map(({ metadata }) => metadata.name);

test('pages show the state of the first one', async () => {
  await using cluster = await withFive();
  const { transport } = cluster;
  const page = async (query: string) => (await send(transport, `GET ${L1}?limit=2${query}`)).body as List;
  const first = await page('');
  expect([namesOf(first), first.metadata.remainingItemCount]).toEqual([['c0', 'c1'], 3]);
  await send(transport, `DELETE ${L1}/c3`);
  await send(transport, `POST ${L1}`, { metadata: { name: 'c9' } });
  const second = await page(`&continue=${first.metadata.continue}`);
  expect([namesOf(second), second.metadata.remainingItemCount]).toEqual([['c2', 'c3'], 1]);
  const third = await page(`&continue=${second.metadata.continue}`);
  expect([namesOf(third), third.metadata.continue]).toEqual([['c4'], undefined]);
  expect(third.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  const token: unknown = JSON.parse(Buffer.from(first.metadata.continue!, 'base64url').toString());
  expect(token).toEqual({ v: 'meta.k8s.io/v1', rv: Number(first.metadata.resourceVersion), start: '/c1\u0000' });
});

test('a long list by selector lets others work, and shows the state of its beginning', async () => {
  await using cluster = await withFive();
  const { transport } = cluster;
  const name = (i: number) => `n${String(i).padStart(4, '0')}`;
  const labelled = (i: number) => ({ metadata: { name: name(i), labels: { end: String(i % 6000 >= 5990) } } });
  await Promise.all(Array.from({ length: 6000 }, (_, i) => send(transport, `POST ${L1}`, labelled(i))));
  const before = cluster.revision;
  let done = false;
  const listing = send(transport, `GET ${L1}?labelSelector=end=true`).finally(() => {
    done = true;
  });
  await send(transport, `DELETE ${L1}/${name(5995)}`);
  expect(done).toBe(false);
  const list = (await listing).body as List;
  expect(list.metadata.resourceVersion).toBe(String(before));
  expect(namesOf(list)).toEqual(Array.from({ length: 10 }, (_, i) => name(5990 + i)));
  const page = (await send(transport, `GET ${L1}?labelSelector=end=true&limit=4`)).body as List;
  const rest = (await send(transport, `GET ${L1}?labelSelector=end=true&limit=9&continue=${page.metadata.continue}`))
    .body as List;
  expect([...namesOf(page), ...namesOf(rest)]).toEqual(namesOf(list).filter((each) => each !== name(5995)));
});

test('a page by selector does not say how many remain, and version 0 knows no pages', async () => {
  await using cluster = await withFive();
  const even = (await send(cluster.transport, `GET ${L1}?limit=2&labelSelector=par=even`)).body as List;
  expect([namesOf(even), 'remainingItemCount' in even.metadata]).toEqual([['c0', 'c2'], false]);
  const cached = (await send(cluster.transport, `GET ${L1}?limit=2&resourceVersion=0`)).body as List;
  expect(namesOf(cached)).toHaveLength(5);
});

test('a token older than the history gets 410 and another token to go on with', async () => {
  await using cluster = await withFive();
  const { transport } = cluster;
  const first = (await send(transport, `GET ${L1}?limit=2`)).body as List;
  await send(transport, `DELETE ${L1}/c3`);
  cluster.compact();
  const expired = await send(transport, `GET ${L1}?limit=2&continue=${first.metadata.continue}`);
  expect([expired.status, messageOf(expired)]).toEqual([
    410,
    expect.stringMatching(/^The provided continue parameter is too old to display a consistent list result\./),
  ]);
  const { metadata } = expired.body as List;
  const rest = (await send(transport, `GET ${L1}?continue=${metadata.continue}`)).body as List;
  expect(namesOf(rest)).toEqual(['c2', 'c4']);
});

test('the exact state of an older version can be read', async () => {
  await using cluster = await withFive();
  const { transport } = cluster;
  const version = ((await send(transport, `GET ${L1}`)).body as List).metadata.resourceVersion;
  await send(transport, `DELETE ${L1}/c0`);
  const exact = (await send(transport, `GET ${L1}?resourceVersion=${version}&resourceVersionMatch=Exact`)).body as List;
  expect([namesOf(exact).length, exact.metadata.resourceVersion]).toEqual([5, version]);
  const newer = (await send(transport, `GET ${L1}?resourceVersion=${version}`)).body as List;
  expect(namesOf(newer)).toHaveLength(4);
});

describe('selectors', () => {
  const cases: readonly (readonly [query: string, names: readonly string[]])[] = [
    ['labelSelector=i%3D1', ['c1']],
    ['labelSelector=i%21%3D1', ['c0', 'c2', 'c3', 'c4']],
    ['labelSelector=i%20in%20%281%2C2%29', ['c1', 'c2']],
    ['labelSelector=i%20notin%20%281%2C2%29', ['c0', 'c3', 'c4']],
    ['labelSelector=%21i', []],
    ['labelSelector=i%3E2', ['c3', 'c4']],
    ['fieldSelector=metadata.name%3Dc1', ['c1']],
    ['fieldSelector=metadata.name%21%3Dc1', ['c0', 'c2', 'c3', 'c4']],
    ['fieldSelector=metadata.namespace%3Dx', []],
  ];
  test.each(cases)('%s', async (query, names) => {
    await using cluster = await withFive();
    expect(namesOf((await send(cluster.transport, `GET ${L1}?${query}`)).body as List)).toEqual(names);
  });
});

describe('a list that makes no sense gets the answer of kube-apiserver', () => {
  const options = 'ListOptions.meta.k8s.io "" is invalid: ';
  const cases: readonly (readonly [path: string, code: number, message: string | RegExp])[] = [
    [
      `${L1}?limit=2&continue=bogus`,
      400,
      'invalid continue token: continue key is not valid: illegal base64 data at input byte 4',
    ],
    [
      `${L1}?resourceVersion=5&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIvYzFcdTAwMDAifQ`,
      400,
      'specifying resource version is not allowed when using continue',
    ],
    [
      `${L1}?resourceVersionMatch=Exact`,
      422,
      `${options}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`,
    ],
    [
      `${L1}?resourceVersion=0&resourceVersionMatch=Exact`,
      422,
      `${options}resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`,
    ],
    [
      `${L1}?resourceVersion=2&resourceVersionMatch=Bogus`,
      422,
      `${options}resourceVersionMatch: Unsupported value: "Bogus": supported values: "Exact", "NotOlderThan", ""`,
    ],
    [`${L1}?resourceVersion=99999999`, 504, /^Timeout: Too large resource version: 99999999, current: \d+$/],
    [
      `${L1}?resourceVersion=abc`,
      500,
      'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    [`${L1}?limit=abc`, 400, 'strconv.ParseInt: parsing "abc": invalid syntax'],
    [
      `${L1}?labelSelector=i%20lt%202`,
      400,
      "unable to parse requirement: found 'lt', expected: in, notin, =, ==, !=, gt, lt",
    ],
    [
      `${L1}?fieldSelector=data.a%3D1`,
      400,
      '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    [`${L1}?fieldSelector=metadata.name`, 400, "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ['/api/v1/pods?fieldSelector=bogus%3D1', 400, 'field label not supported: bogus'],
    ['/api/v1/nodes?fieldSelector=status.phase%3Dx', 400, 'field label not supported: status.phase'],
    [`${L1}/c1?resourceVersion=9999999`, 504, /^Timeout: Too large resource version: 9999999, current: \d+$/],
    [
      `${L1}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
      422,
      `${options}[resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided, sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list]`,
    ],
    [
      `${L1}?watch=true&sendInitialEvents=true`,
      422,
      `${options}resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`,
    ],
    [
      `${L1}?watch=true&resourceVersion=1&resourceVersionMatch=NotOlderThan`,
      422,
      `${options}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided`,
    ],
  ];
  test.each(cases)('GET %s', async (path, code, message) => {
    await using cluster = await withFive();
    const answer = await send(cluster.transport, `GET ${path}`);
    expect([answer.status, messageOf(answer)]).toEqual([
      code,
      message instanceof RegExp ? expect.stringMatching(message) : message,
    ]);
  });
});

test('a list in a namespace that does not exist is empty', async () => {
  await using cluster = await startCluster({ profile: 'envtest' });
  expect((await send(cluster.transport, 'GET /api/v1/namespaces/nope/configmaps')).body).toEqual({
    kind: 'ConfigMapList',
    apiVersion: 'v1',
    metadata: { resourceVersion: String(cluster.revision) },
    items: [],
  });
});

test('objects and lists come as tables and as metadata alone', async () => {
  await using cluster = await withFive();
  const { transport } = cluster;
  const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
  const { body } = await send(transport, `GET ${L1}?limit=1`, undefined, table);
  expect(body).toMatchObject({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { remainingItemCount: 4 },
    columnDefinitions: [{ name: 'Name' }, { name: 'Data' }, { name: 'Age' }],
    rows: [{ cells: ['c0', expect.anything(), expect.any(String)], object: { kind: 'PartialObjectMetadata' } }],
  });
  const bare = await send(transport, `GET ${L1}/c0?includeObject=None`, undefined, table);
  expect(bare.body).toMatchObject({ rows: [{ object: null }] });
  const old = await send(transport, `GET ${L1}/c0`, undefined, {
    accept: 'application/json;as=Table;v=v2;g=meta.k8s.io',
  });
  expect(messageOf(old)).toBe(
    'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  );
  const partial = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
  expect((await send(transport, `GET ${L1}/c0`, undefined, { accept: partial })).body).toMatchObject({
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { name: 'c0' },
  });
  expect(messageOf(await send(transport, `GET ${L1}`, undefined, { accept: partial }))).toBe(
    'you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)',
  );
});

test.each([true, false])(
  'a long list comes in pieces over TLS, compressed or not (%s), and so for custom resources',
  async (compressed) => {
    const folder = await mkdtemp(join(tmpdir(), 'opwright-'));
    const kubeconfig = join(folder, 'kubeconfig');
    await using cluster = await startCluster({ profile: 'envtest', serve: true, kubeconfig });
    const { transport } = await connect({ kubeconfig });
    const headers: Record<string, string> = compressed ? {} : { 'accept-encoding': 'identity' };
    const things = '/apis/example.com/v1/namespaces/default/things';
    const maps = '/api/v1/namespaces/default/configmaps';
    await cluster.load([thingDefinition]);
    for (let i = 0; i < 12; i++) {
      const text = `<ä${i}>`.repeat(10_000);
      const metadata = { name: `n${i}` };
      await send(cluster.transport, `POST ${maps}`, { metadata, data: { text } });
      await send(cluster.transport, `POST ${things}`, {
        apiVersion: 'example.com/v1',
        kind: 'Thing',
        metadata,
        spec: { text },
      });
    }
    for (const path of [maps, things]) {
      const response = await transport.request({ method: 'GET', path, headers });
      expect(response.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
      expect(response.headers['content-encoding']).toBe(compressed ? 'gzip' : undefined);
      const list = (await response.json()) as List;
      const shared = (await (await cluster.transport.request({ method: 'GET', path })).json()) as List;
      const items =
        path === things
          ? shared.items
          : shared.items.map((item) => ({ ...item, kind: undefined, apiVersion: undefined }));
      expect(list.items).toHaveLength(12);
      expect(JSON.stringify(list)).toBe(JSON.stringify({ ...shared, items }));
    }
    await transport.close();
    await rm(folder, { recursive: true });
  },
);
