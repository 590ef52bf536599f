import fc, { type Arbitrary } from 'fast-check';
import type { Edit } from './edits.ts';

/** As paths have them: few, so that requests meet; some are no names. */
export const objectName: Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'c',
      'a.b',
      'UPPER',
      'a_b',
      '-a',
      'x'.repeat(254),
      '%C3%A4',
      'a%2Fb',
      '%2e',
      '%ff',
      'a%25b',
    ),
  },
);

const labelKey = fc.constantFrom('app', 'tier', 'ex.io/a', 'bad key', '', 'a/b/c', 'x'.repeat(64), '__proto__', '-');
const labelValue = fc.constantFrom('x', 'y', '', 'bad value', 'z'.repeat(64), '-', 'ä');

/** Values of every JSON type, with those that decoders stumble over. */
export const junk: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 5, 1.5, 1e21, 3_000_000_000, '', 'x', '5', [], {}),
  fc.constantFrom<unknown>([null], [[]], [{}], { a: null }, { x: 1 }, { __proto__x: {} }, ['a', 'a'], 'ä\u2028<&>'),
);

/** Edits of metadata, mostly legal. */
export const metadataEdit: Arbitrary<Edit> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.oneof(
      edit(['metadata', 'labels', 'app'], fc.constantFrom('x', 'y', undefined)),
      edit(['metadata', 'annotations', 'note'], fc.constantFrom('x', 'ä "quoted"', '', undefined)),
      edit(['metadata', 'finalizers'], fc.constantFrom(['ex.io/f'], [], ['ex.io/f', 'ex.io/g'], ['bad'], undefined)),
      edit(['metadata', 'resourceVersion'], fc.constantFrom('{{rv}}', '{{rv}}', '', '0', 'abc', undefined)),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.oneof(
      fc.tuple(labelKey, labelValue).map(([key, value]) => ({ path: ['metadata', 'labels', key], value })),
      fc.tuple(labelKey, labelValue).map(([key, value]) => ({ path: ['metadata', 'annotations', key], value })),
      edit(['metadata', 'name'], fc.constantFrom('a', 'b', 'UPPER', '', undefined)),
      edit(['metadata', 'namespace'], fc.constantFrom('{{ns}}', 'default', '', undefined)),
      edit(['metadata', 'generateName'], fc.constantFrom('gen-', 'UP-', '')),
      edit(['metadata', 'uid'], fc.constantFrom('{{uid}}', 'other', '')),
      edit(['metadata', 'generation'], fc.constantFrom(0, 7, -1)),
      edit(['metadata', 'creationTimestamp'], fc.constantFrom(null, '2020-01-01T00:00:00Z', 'yesterday')),
      edit(['metadata', 'deletionTimestamp'], fc.constantFrom(null, '2020-01-01T00:00:00Z')),
      edit(['metadata', 'managedFields'], fc.constantFrom<unknown>([], [{}], null)),
      edit(['metadata', 'ownerReferences'], ownerReferences()),
      edit(['metadata', 'selfLink'], fc.constantFrom('', '/x')),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('labels', 'annotations', 'finalizers', 'ownerReferences', 'name', 'managedFields', 'bogus'),
        junk,
      )
      .map(([key, value]) => ({ path: ['metadata', key], value })),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      edit(['metadata'], junk),
      edit(['kind'], fc.constantFrom<unknown>('ConfigMap', 'Bogus', '', 5, undefined)),
      edit(['apiVersion'], fc.constantFrom<unknown>('v1', 'apps/v1', 'a/b/c', '', 5, undefined)),
      edit(['bogus'], junk),
    ),
  },
);

/** Edits of one place. */
export function edit(path: readonly string[], values: Arbitrary<unknown>): Arbitrary<Edit> {
  return values.map((value) => ({ path, value }));
}

function ownerReferences(): Arbitrary<unknown> {
  const reference = fc.record(
    {
      apiVersion: fc.constantFrom('v1', 'apps/v1', '', 'a/b/c'),
      kind: fc.constantFrom('ConfigMap', 'Pod', ''),
      name: fc.constantFrom('a', ''),
      uid: fc.constantFrom('u1', 'u2', ''),
      controller: fc.boolean(),
      blockOwnerDeletion: fc.boolean(),
    },
    { requiredKeys: ['apiVersion', 'kind', 'name', 'uid'] },
  );
  return fc.array(reference, { maxLength: 3 });
}
