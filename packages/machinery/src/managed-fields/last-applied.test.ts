import { describe, expect, test } from 'vitest';
import { configMap } from '../../test/reduced-types.ts';
import type { JsonObject } from '../json.ts';
import { applyWithManager } from './apply.ts';
import { LAST_APPLIED_ANNOTATION } from './last-applied.ts';
import { updateWithManager } from './update.ts';

const now = '2026-11-20T17:00:00Z';
const bare = (data: JsonObject): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data });
const line = (data: string) => `{"apiVersion":"v1","data":${data},"kind":"ConfigMap","metadata":{"name":"c"}}\n`;

/** What client-side `kubectl apply` of `{"a":"1"}` leaves. */
const clientSide = updateWithManager({
  type: configMap,
  apiVersion: 'v1',
  manager: 'kubectl-client-side-apply',
  now,
  live: undefined,
  next: { ...bare({ a: '1' }), metadata: { name: 'c', annotations: { [LAST_APPLIED_ANNOTATION]: line('{"a":"1"}') } } },
});
const changedSince = updateWithManager({
  type: configMap,
  apiVersion: 'v1',
  manager: 'someone',
  now,
  live: clientSide,
  next: { ...clientSide, data: { a: '1', b: '1' } },
});

const apply = (live: JsonObject, manager: string, data: JsonObject) =>
  applyWithManager({ type: configMap, apiVersion: 'v1', kind: 'ConfigMap', now, live, manager, config: bare(data) });
const annotation = (object: JsonObject) =>
  ((object.metadata as JsonObject).annotations as JsonObject)[LAST_APPLIED_ANNOTATION];

describe('moving from client-side to server-side apply', () => {
  test('kubectl may change what its client-side apply set last', () => {
    expect(apply(clientSide, 'kubectl', { a: '2' }).object.data).toEqual({ a: '2' });
  });

  test('others may not', () => {
    expect(() => apply(clientSide, 'other', { a: '2' })).toThrow(
      'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using v1: .data.a',
    );
  });

  test('nor kubectl what somebody else set since', () => {
    expect(() => apply(changedSince, 'kubectl', { a: '2', b: '2' })).toThrow(
      'Apply failed with 1 conflict: conflict with "someone" using v1: .data.b',
    );
  });

  test('keeps the annotation in step, as one line of JSON in the order of keys', () => {
    const applied = apply(clientSide, 'kubectl', { b: '<2>', a: '1' }).object;
    expect(annotation(applied)).toBe(line('{"a":"1","b":"\\u003c2\\u003e"}'));
    expect(annotation(apply(clientSide, 'other', { a: '1' }).object)).toBe(line('{"a":"1"}'));
  });

  test('drops the annotation when all annotations together become too large', () => {
    const applied = apply(clientSide, 'kubectl', { a: '1', b: 'x'.repeat(256 * 1024) }).object;
    expect(annotation(applied)).toBeUndefined();
  });

  test('applying the same again gives the same object', () => {
    const applied = apply(clientSide, 'kubectl', { a: '2' }).object;
    expect(apply(applied, 'kubectl', { a: '2' }).object).toBe(applied);
  });
});

describe('a configuration that is refused', () => {
  const refused = (config: JsonObject) => () =>
    applyWithManager({
      type: configMap,
      apiVersion: 'v1',
      kind: 'ConfigMap',
      now,
      live: undefined,
      manager: 'm',
      config,
    });

  test.each<[string, JsonObject, string]>([
    ['of another kind', { ...bare({}), kind: 'Secret' }, 'invalid object type: /v1, Kind=Secret'],
    ['of another version', { ...bare({}), apiVersion: 'apps/v1' }, 'invalid object type: apps/v1, Kind=ConfigMap'],
    ['of no version', { kind: 'ConfigMap' }, 'invalid object type: /, Kind=ConfigMap'],
    ['of no kind', { apiVersion: 'v1' }, 'invalid object type: /v1, Kind='],
    ['with managed fields', { ...bare({}), metadata: { managedFields: [] } }, 'metadata.managedFields must be nil'],
    [
      'with an unknown field',
      { ...bare({}), bogus: 1 },
      'failed to create typed patch object (/c; /v1, Kind=ConfigMap): .bogus: field not declared in schema',
    ],
  ])('%s', (_what, config, message) => {
    expect(refused(config)).toThrow(message);
  });
});
