import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configMap } from '../../test/reduced-types.ts';
import type { JsonObject } from '../json.ts';
import { EMPTY_FIELDS, equalSets, fieldSetBuilder } from './field-set.ts';
import { type Recall, recallingBuilder } from './recall.ts';
import { updateWithManager } from './update.ts';

const path = fc.array(fc.constantFrom('f:a', 'f:b', 'k:{"name":"x"}'), { maxLength: 3 });

test('a recalling builder makes the sets that any builder makes', () => {
  fc.assert(
    fc.property(fc.array(fc.array(path)), (sets) => {
      const recall: Recall = { paths: [], set: EMPTY_FIELDS };
      for (const paths of sets) {
        const [recalling, plain] = [recallingBuilder(recall), fieldSetBuilder()];
        for (const inserted of paths) {
          recalling.insert(inserted);
          plain.insert(inserted);
        }
        expect(equalSets(recalling.build(), plain.build())).toBe(true);
      }
    }),
  );
});

const created = (name: string, data: JsonObject, now = '2026-11-20T17:26:30Z') => {
  const next = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
  const { metadata } = updateWithManager({
    type: configMap,
    apiVersion: 'v1',
    manager: 'm',
    now,
    live: undefined,
    next,
  });
  return ((metadata as JsonObject).managedFields as JsonObject[])[0]!;
};

test('objects with the same fields that one manager makes within a second share their record', () => {
  const first = created('a', { x: '1' });
  expect(created('b', { x: '2' })).toBe(first);
  expect(created('c', { x: '2' }, '2026-11-20T17:26:31Z')).toEqual({ ...first, time: '2026-11-20T17:26:31Z' });
  expect(created('d', { x: '1', y: '1' }).fieldsV1).toEqual({ 'f:data': { '.': {}, 'f:x': {}, 'f:y': {} } });
  expect(created('e', { y: '1' }).fieldsV1).toEqual({ 'f:data': { '.': {}, 'f:y': {} } });
});
