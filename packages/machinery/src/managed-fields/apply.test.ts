import { describe, expect, test } from 'vitest';
import { configMap } from '../../test/reduced-types.ts';
import type { JsonObject } from '../json.ts';
import { StatusError } from '../status.ts';
import { applyWithManager, prepareApply } from './apply.ts';
import { updateWithManager } from './update.ts';

const NOW = '2026-11-20T17:26:30Z';

const config = (data: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 's1' },
  data,
});

function apply(live: JsonObject | undefined, manager: string, applied: JsonObject, force = false) {
  const request = { type: configMap, apiVersion: 'v1', kind: 'ConfigMap', now: NOW };
  return applyWithManager({ ...request, live, manager, config: applied, force }).object;
}

const entriesOf = (object: JsonObject) => (object.metadata as JsonObject).managedFields;
const entry = (manager: string, fieldsV1: object, operation = 'Apply') => ({
  manager,
  operation,
  apiVersion: 'v1',
  time: NOW,
  fieldsType: 'FieldsV1',
  fieldsV1,
});

function errorOf(run: () => unknown): StatusError {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('applying a ConfigMap, as recorded', () => {
  const created = apply(undefined, 'm1', config({ a: '1', b: '1' }));
  const shared = apply(created, 'm2', config({ a: '1' }));
  const forced = apply(shared, 'm2', config({ a: '2' }), true);
  const removed = apply(forced, 'm1', config({}));

  test('the applier owns what it applied', () => {
    expect(created.data).toEqual({ a: '1', b: '1' });
    expect(entriesOf(created)).toEqual([entry('m1', { 'f:data': { 'f:a': {}, 'f:b': {} } })]);
  });

  test('applying the same again gives the same object', () => {
    expect(apply(created, 'm1', config({ a: '1', b: '1' }))).toBe(created);
  });

  test('preparing it gives the live object, which needs no defaults', () => {
    const request = { type: configMap, apiVersion: 'v1', kind: 'ConfigMap', now: NOW, manager: 'm2', live: created };
    expect(prepareApply({ ...request, config: config({ a: '1' }) })).toMatchObject({ object: created, changed: false });
    expect(prepareApply({ ...request, config: config({ a: '1' }) }).object).toBe(created);
  });

  test('another manager shares a field without a time when the object does not change', () => {
    const { time: _, ...untimed } = entry('m2', { 'f:data': { 'f:a': {} } });
    expect(entriesOf(shared)).toEqual([untimed, entry('m1', { 'f:data': { 'f:a': {}, 'f:b': {} } })]);
  });

  test('several conflicts are listed under their manager', () => {
    const { status } = errorOf(() => apply(shared, 'm2', config({ a: '2', b: '2' })));
    expect(status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Apply failed with 2 conflicts: conflicts with "m1":\n- .data.a\n- .data.b',
      reason: 'Conflict',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "m1"', field: '.data.a' },
          { reason: 'FieldManagerConflict', message: 'conflict with "m1"', field: '.data.b' },
        ],
      },
      code: 409,
    });
  });

  test('force takes the field', () => {
    expect(forced.data).toEqual({ a: '2', b: '1' });
    expect(entriesOf(forced)).toEqual([
      entry('m1', { 'f:data': { 'f:b': {} } }),
      entry('m2', { 'f:data': { 'f:a': {} } }),
    ]);
  });

  test('what is no longer applied goes, what others own stays', () => {
    expect(removed.data).toEqual({ a: '2' });
    expect(entriesOf(removed)).toEqual([entry('m1', { 'f:data': {} }), entry('m2', { 'f:data': { 'f:a': {} } })]);
  });

  test('an updater is named with its version', () => {
    const updated = updateWithManager({
      type: configMap,
      apiVersion: 'v1',
      now: NOW,
      manager: 'upd',
      live: removed,
      next: { ...removed, data: { a: '2', u: '1' } },
    });
    expect(entriesOf(updated)).toEqual([
      entry('m1', { 'f:data': {} }),
      entry('m2', { 'f:data': { 'f:a': {} } }),
      entry('upd', { 'f:data': { 'f:u': {} } }, 'Update'),
    ]);
    const { message } = errorOf(() => apply(updated, 'm1', config({ u: '2' })));
    expect(message).toBe('Apply failed with 1 conflict: conflict with "upd" using v1: .data.u');
  });
});
