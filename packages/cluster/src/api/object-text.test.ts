import { deepFreeze, encodeJson } from '@opwright/machinery';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { objectText } from './object-text.ts';

type Fields = Record<string, unknown>;

const text = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'managedFields',
    'managed fields',
    '"managedFields":"managed fields"',
    'x"managedFields',
    '<&>',
    '__proto__',
  ),
);
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.constantFrom(null, true, 0, -1.5e-7),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}));
const fields = fc.dictionary(text, json, { maxKeys: 4 }) as fc.Arbitrary<Fields>;
const entries = fc.array(fc.tuple(fields, fields).map(([rest, fieldsV1]) => ({ ...rest, fieldsV1 })));
const object = fc
  .tuple(fields, fields, fields, fields, fc.oneof(entries, entries, json))
  .map(([before, first, last, after, managedFields]) => ({
    kind: 'Thing',
    ...before,
    metadata: { ...first, managedFields, ...last },
    ...after,
  }));

test('an object becomes the same text as any value, whatever is in it', () => {
  fc.assert(
    fc.property(object, (value) => {
      const { kind: _, apiVersion: __, ...untyped } = value as Fields;
      // The second time texts are known already.
      for (const known of [value, deepFreeze(value), value]) {
        expect(objectText(known)).toBe(encodeJson(known));
        expect(objectText(known, true)).toBe(encodeJson(untyped));
      }
    }),
  );
});

test('what is no object becomes the text of a value', () => {
  for (const value of [null, [], 'a', { metadata: null }, { metadata: [] }])
    expect(objectText(value)).toBe(encodeJson(value));
});
