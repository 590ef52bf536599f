import type { KubeObject } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { describeChanges } from './changes.ts';

const object = (rest: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Foo',
  metadata: { name: 'foo', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
  ...rest,
});

test('a changed field is shown with its old and new value', () => {
  expect(describeChanges(object({ status: { happy: false } }), object({ status: { happy: true } }))).toEqual([
    'status.happy: false → true',
  ]);
});

test('bookkeeping of the server, timestamps and fields inside lists are left out', () => {
  const before = object({ status: { conditions: [], at: '2026-01-01T00:00:00Z' } });
  const after = object({ status: { conditions: [{}], at: '2026-01-01T00:00:01Z' } }, { resourceVersion: '2' });
  expect(describeChanges(before, after)).toEqual([]);
});

test('new fields are shown with their value, missing ones as removed, shallow ones first', () => {
  expect(
    describeChanges(object({ spec: { a: { b: 'x' } } }), object({ spec: { a: {} }, status: { phase: 'Running' } })),
  ).toEqual(['status.phase: Running', 'spec.a.b removed']);
});

test('the start of a deletion is shown', () => {
  expect(describeChanges(object({}), object({}, { deletionTimestamp: '2026-01-01T00:00:00Z' }))).toEqual([
    'metadata.deletionTimestamp: 2026-01-01T00:00:00Z',
  ]);
});
