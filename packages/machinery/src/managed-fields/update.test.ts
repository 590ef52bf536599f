import { describe, expect, test } from 'vitest';
import { configMap, deployment, objectMeta } from '../../test/reduced-types.ts';
import { always, string, struct } from '../../test/type-builders.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { deepFreeze } from '../trees/deep-freeze.ts';
import { applyWithManager } from './apply.ts';
import { namedFields, type VersionConverter } from './field-manager.ts';
import { type UpdateRequest, updateWithManager } from './update.ts';

const T1 = '2026-11-20T17:00:01Z';
const T2 = '2026-11-20T17:00:02Z';
const T3 = '2026-11-20T17:00:03Z';

type Given = Partial<UpdateRequest> & Pick<UpdateRequest, 'manager' | 'live' | 'next'>;

const update = (given: Given): JsonObject =>
  deepFreeze(updateWithManager({ type: configMap, apiVersion: 'v1', now: T1, ...given })) as JsonObject;
const create = (given: Omit<Given, 'live'>) => update({ ...given, live: undefined });

const object = (data: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'u1', ...metadata },
  data,
});
const managedFields = (of: JsonObject) =>
  (of.metadata as JsonObject).managedFields as readonly JsonObject[] | undefined;
const entry = (manager: string, fieldsV1: JsonObject, time = T1, more: JsonObject = {}): JsonObject => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
/** An object as an update leaves it, with new data and the stored managed fields. */
const changed = (live: JsonObject, data: JsonObject): JsonObject => ({ ...live, data });

describe('a create', () => {
  test('makes the creator the owner of everything it set, and of the maps it made', () => {
    const created = create({ manager: 'unknown', next: object({ a: '1' }, { labels: { l: '1' }, uid: 'x' }) });
    expect(managedFields(created)).toEqual([
      entry('unknown', { 'f:data': { '.': {}, 'f:a': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:l': {} } } }),
    ]);
  });

  test('of a built-in kind starts from the structs that Go always writes', () => {
    const created = update({
      type: deployment,
      apiVersion: 'apps/v1',
      manager: 'c',
      live: undefined,
      next: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'd', creationTimestamp: null },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
          template: {
            metadata: { creationTimestamp: null, labels: { a: 'b' } },
            spec: {
              containers: [{ name: 'a', image: 'i', ports: [{ containerPort: 80, protocol: 'TCP' }], resources: {} }],
            },
          },
        },
        status: {},
      },
    });
    const [{ fieldsV1 } = {}] = managedFields(created)!;
    expect(fieldsV1).toEqual({
      'f:spec': {
        'f:selector': {},
        'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {} }, 'f:type': {} },
        'f:template': {
          'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
          'f:spec': {
            'f:containers': {
              'k:{"name":"a"}': {
                '.': {},
                'f:image': {},
                'f:name': {},
                'f:ports': {
                  '.': {},
                  'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} },
                },
                'f:resources': {},
              },
            },
          },
        },
      },
    });
  });

  test('of a custom resource starts from nothing', () => {
    const custom = struct('', { spec: struct('', { a: string }) });
    const next = { apiVersion: 'ex.io/v1', kind: 'W', metadata: { name: 'w' }, spec: { a: 'x' } };
    const created = create({ type: custom, apiVersion: 'ex.io/v1', manager: 'c', next });
    expect(managedFields(created)![0]!.fieldsV1).toEqual({ 'f:spec': { '.': {}, 'f:a': {} } });
  });

  test('by nobody is by unknown', () => {
    expect(managedFields(create({ manager: '', next: object({ a: '1' }) }))![0]!.manager).toBe('unknown');
  });
});

describe('an update', () => {
  const created = create({ manager: 'm', next: object({ a: '1', b: '1' }) });

  test('without a change gives the object itself, whoever sends it', () => {
    expect(update({ manager: 'n', live: created, next: created, now: T2 })).toBe(created);
    const copy = JSON.parse(JSON.stringify(created)) as JsonObject;
    const same = update({ manager: 'm', live: created, next: copy, now: T2 });
    expect(managedFields(same)).toBe(managedFields(created));
  });

  test('takes what it changes from its owner and renews the time of the one who changed', () => {
    const next = update({ manager: 'n', live: created, next: changed(created, { a: '2', b: '1', c: '1' }), now: T2 });
    expect(managedFields(next)).toEqual([
      entry('m', { 'f:data': { '.': {}, 'f:b': {} } }),
      entry('n', { 'f:data': { 'f:a': {}, 'f:c': {} } }, T2),
    ]);
  });

  test('adds to what the manager owned before', () => {
    const next = update({ manager: 'm', live: created, next: changed(created, { a: '1', b: '1', c: '1' }), now: T2 });
    expect(managedFields(next)).toEqual([entry('m', { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {}, 'f:c': {} } }, T2)]);
  });

  test('that only removes leaves the time', () => {
    const next = update({ manager: 'm', live: created, next: changed(created, { a: '1' }), now: T2 });
    expect(managedFields(next)).toEqual([entry('m', { 'f:data': { '.': {}, 'f:a': {} } })]);
  });

  test('keeps the entry of a manager that is not concerned as it is', () => {
    const next = update({ manager: 'n', live: created, next: changed(created, { a: '1', b: '1', c: '1' }), now: T2 });
    expect(managedFields(next)![0]).toBe(managedFields(created)![0]);
  });

  test('drops managers that own nothing any more', () => {
    const { data: _, ...bare } = created;
    expect(managedFields(update({ manager: 'n', live: created, next: bare }))).toBeUndefined();
  });

  test('through a subresource is an entry of its own', () => {
    const next = update({
      manager: 'm',
      subresource: 'status',
      live: created,
      next: changed(created, { a: '1', b: '2' }),
      now: T2,
    });
    expect(managedFields(next)).toEqual([
      entry('m', { 'f:data': { '.': {}, 'f:a': {} } }),
      entry('m', { 'f:data': { 'f:b': {} } }, T2, { subresource: 'status' }),
    ]);
  });

  test('does not own what the endpoint resets', () => {
    const next = update({
      manager: 'n',
      live: created,
      next: { ...changed(created, { a: '2', b: '1' }), immutable: true },
      resetFields: namedFields('data'),
      now: T2,
    });
    expect(managedFields(next)).toEqual([
      entry('m', { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } }),
      entry('n', { 'f:immutable': {} }, T2),
    ]);
  });

  test('by an applier is an entry besides the one of its applies', () => {
    const config = object({ x: '1' });
    const request = { type: configMap, apiVersion: 'v1', kind: 'ConfigMap', now: T1, manager: 'm', config };
    const applied = applyWithManager({ ...request, live: undefined }).object;
    const next = update({ manager: 'm', live: applied, next: changed(applied, { x: '2' }), now: T2 });
    expect(managedFields(next)).toEqual([entry('m', { 'f:data': { 'f:x': {} } }, T2)]);
  });
});

describe('managed fields that a client sends', () => {
  const created = create({ manager: 'm', next: object({ a: '1' }) });
  const send = (list: JsonValue, more: Partial<Given> = {}) => {
    const next = object({ a: '1', z: '1' }, { managedFields: list });
    return update({ manager: 'n', live: created, next, now: T2, ...more });
  };

  test('empty or of one empty entry end the tracking', () => {
    for (const list of [[], [{}]]) {
      const cleared = send(list);
      expect(Object.hasOwn(cleared.metadata as JsonObject, 'managedFields')).toBe(false);
      const later = update({ manager: 'n', live: cleared, next: changed(cleared, { q: '1' }) });
      expect(managedFields(later)).toBeUndefined();
    }
  });

  test('start again with the next apply, with everything there by before-first-apply', () => {
    const cleared = send([]);
    const { object: applied } = applyWithManager({
      type: configMap,
      apiVersion: 'v1',
      kind: 'ConfigMap',
      now: T3,
      manager: 'a',
      live: cleared,
      config: object({ a: '1', n: '1' }),
    });
    expect(managedFields(applied)).toEqual([
      { ...entry('a', { 'f:data': { 'f:a': {}, 'f:n': {} } }, T3), operation: 'Apply' },
      entry('before-first-apply', { 'f:data': { '.': {}, 'f:a': {}, 'f:z': {} } }, T3),
    ]);
  });

  test('absent or null change nothing', () => {
    const owned = [entry('m', { 'f:data': { '.': {}, 'f:a': {} } }), entry('n', { 'f:data': { 'f:z': {} } }, T2)];
    expect(managedFields(update({ manager: 'n', live: created, next: object({ a: '1', z: '1' }), now: T2 }))).toEqual(
      owned,
    );
    expect(managedFields(send(null))).toEqual(owned);
  });

  test('replace the stored ones when they make sense', () => {
    expect(managedFields(send([entry('other', { 'f:data': { 'f:a': {} } })]))).toEqual([
      entry('other', { 'f:data': { 'f:a': {} } }),
      entry('n', { 'f:data': { 'f:z': {} } }, T2),
    ]);
  });

  test.each<[string, JsonObject]>([
    ['an unknown operation', { ...entry('x', {}), operation: 'Bogus' }],
    ['no version', { ...entry('x', {}), apiVersion: '' }],
    ['no type', { ...entry('x', {}), fieldsType: '' }],
    ['another type', { ...entry('x', {}), fieldsType: 'FieldsV2' }],
    ['broken fields', entry('x', { 'k:nope': {} })],
  ])('are ignored with %s', (_what, broken) => {
    expect(managedFields(send([broken]))!.map(({ manager }) => manager)).toEqual(['m', 'n']);
  });

  test('are ignored on subresources', () => {
    expect(managedFields(send([], { subresource: 'status' }))!.map(({ manager }) => manager)).toEqual(['m', 'n']);
  });
});

describe('many updaters', () => {
  const time = (i: number) => `2026-11-20T17:00:${String(i).padStart(2, '0')}Z`;
  const updatedBy = (count: number) => {
    let live = create({ manager: 'm00', next: object({ k0: '1' }), now: time(0) });
    for (let i = 1; i < count; i++) {
      const data = { ...(live.data as JsonObject), [`k${i}`]: '1' };
      live = update({ manager: `m${String(i).padStart(2, '0')}`, live, next: changed(live, data), now: time(i) });
    }
    return live;
  };

  test('up to ten are kept apart', () => {
    expect(managedFields(updatedBy(10))).toHaveLength(10);
  });

  test('beyond, the oldest are joined, with the time of the younger', () => {
    const entries = managedFields(updatedBy(11))!;
    expect(entries).toHaveLength(10);
    expect(entries[0]).toEqual(entry('ancient-changes', { 'f:data': { '.': {}, 'f:k0': {}, 'f:k1': {} } }, time(1)));
    expect(managedFields(updatedBy(13))![0]).toEqual(
      entry('ancient-changes', { 'f:data': { '.': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {}, 'f:k3': {} } }, time(3)),
    );
  });
});

describe('several versions of a kind', () => {
  const meta = { apiVersion: string, kind: string, metadata: always(objectMeta) };
  const v1 = struct('', { ...meta, spec: struct('', { host: string, port: string }) });
  const v2 = struct('', { ...meta, spec: struct('', { address: string, port: string }) });
  const convert: VersionConverter = (from, apiVersion) => {
    if (apiVersion === 'ex.io/v0') return undefined;
    const { host, address, ...rest } = (from.spec ?? {}) as JsonObject;
    const type = apiVersion === 'ex.io/v1' ? v1 : v2;
    const name = apiVersion === 'ex.io/v1' ? 'host' : 'address';
    const value = host ?? address;
    const spec = value === undefined ? rest : { ...rest, [name]: value };
    return { type, object: { ...from, apiVersion, ...(from.spec === undefined ? {} : { spec }) } };
  };
  const apply = (live: JsonObject | undefined, apiVersion: string, manager: string, spec: JsonObject, now: string) =>
    applyWithManager({
      type: apiVersion === 'ex.io/v1' ? v1 : v2,
      apiVersion,
      kind: 'W',
      now,
      manager,
      live: live && convert(live, apiVersion)!.object,
      config: { apiVersion, kind: 'W', metadata: { name: 'w' }, spec },
      convert,
    }).object;
  const first = apply(undefined, 'ex.io/v1', 'a', { host: 'h', port: '1' }, T1);

  test('who applied in one version is in conflict in the other', () => {
    expect(() => apply(first, 'ex.io/v2', 'b', { address: 'x' }, T2)).toThrow('conflict with "a": .spec.host');
  });

  test('what was applied in one version is dropped in the other', () => {
    const second = apply(first, 'ex.io/v2', 'a', { port: '1' }, T2);
    expect(second.spec).toEqual({ port: '1' });
    expect(managedFields(second)).toMatchObject([{ apiVersion: 'ex.io/v2', fieldsV1: { 'f:spec': { 'f:port': {} } } }]);
  });

  test('entries of a version that is gone are dropped', () => {
    const metadata = { ...(first.metadata as JsonObject) };
    const old = { ...managedFields(first)![0]!, apiVersion: 'ex.io/v0' };
    const live = { ...first, metadata: { ...metadata, managedFields: [old] } };
    const next = updateWithManager({
      type: v1,
      apiVersion: 'ex.io/v1',
      manager: 'n',
      now: T2,
      live,
      next: { ...live, spec: { host: 'i', port: '1' } },
      convert,
    });
    expect(managedFields(next)!.map(({ manager }) => manager)).toEqual(['n']);
  });
});
