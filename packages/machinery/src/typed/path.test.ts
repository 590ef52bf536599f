import { typeOf } from '@opwright/kubernetes/data';
import { expect, test } from 'vitest';
import { fieldAt, typeAt } from './path.ts';

const pod = typeOf('v1', 'Pod')!;

test('a path leads through structs, lists and maps to the type of what is there', () => {
  expect(typeAt(pod, [])).toBe(pod);
  expect(typeAt(pod, ['spec', 'containers', 0])).toMatchObject({ node: 'struct', name: 'Container' });
  expect(typeAt(pod, ['metadata', 'labels', 'app'])).toMatchObject({ scalar: 'string' });
  expect(typeAt(pod, ['metadata', 'managedFields', 0, 'fieldsV1', 'f:x', 'f:y'])).toMatchObject({ node: 'any' });
});

test('where the type has nothing there is nothing', () => {
  expect(typeAt(pod, ['spec', 'bogus'])).toBeUndefined();
  expect(typeAt(pod, ['spec', 'containers', 'name'])).toBeUndefined();
  expect(typeAt(pod, ['spec', 'nodeName', 'x'])).toBeUndefined();
});

test('a field tells more than its type', () => {
  expect(fieldAt(pod, ['spec', 'containers'])).toMatchObject({ required: true, patchMergeKey: 'name' });
  expect(fieldAt(pod, ['spec', 'containers', 0])).toBeUndefined();
  expect(fieldAt(pod, [])).toBeUndefined();
});
