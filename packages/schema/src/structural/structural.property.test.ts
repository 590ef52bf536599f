import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkStructural } from './check.ts';
import { applyDefaults } from './default.ts';
import { pruneAndFindUnknown } from './prune.ts';
import type { StructuralSchema } from './schema.ts';
import { typeNodeOf } from './type-node.ts';
import { validateObject } from './validate-object.ts';

const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');

/** Sound schemas of small depth, with defaults that fit. */
const schemas: fc.Arbitrary<StructuralSchema> = fc.letrec<{ node: StructuralSchema }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.record({ type: fc.constant('string' as const), maxLength: fc.nat(3) }, { requiredKeys: ['type'] }),
    fc.record(
      { type: fc.constant('integer' as const), default: fc.integer({ min: 0, max: 5 }) },
      { requiredKeys: ['type'] },
    ),
    fc.record({ type: fc.constant('boolean' as const), nullable: fc.boolean() }),
    fc.constant<StructuralSchema>({ 'x-kubernetes-preserve-unknown-fields': true }),
    fc.constant<StructuralSchema>({ 'x-kubernetes-int-or-string': true }),
    tie('node').map((items): StructuralSchema => ({ type: 'array', items })),
    tie('node').map((additionalProperties): StructuralSchema => ({ type: 'object', additionalProperties })),
    fc.tuple(fc.array(fc.tuple(key, tie('node')), { maxLength: 3 }), fc.subarray(['a', 'b'])).map(
      ([fields, required]): StructuralSchema => ({
        type: 'object',
        properties: Object.fromEntries(fields),
        required,
      }),
    ),
  ),
})).node;

const roots = schemas.map((spec): StructuralSchema => ({ type: 'object', properties: { spec } }));
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, 7, 1.5, '', 'text'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value;

it('a sound schema is accepted, and every value can be pruned, defaulted and judged by it', () => {
  fc.assert(
    fc.property(roots, values, (schema, spec) => {
      expect(checkStructural(schema)).toEqual([]);
      typeNodeOf(schema, { root: true });
      const before = JSON.stringify(spec);
      const pruned = pruneAndFindUnknown(schema, { spec }, { root: true }).value;
      expect(pruneAndFindUnknown(schema, pruned, { root: true })).toEqual({ value: pruned, unknown: [] });
      const filled = applyDefaults(schema, pruned);
      expect(applyDefaults(schema, filled)).toBe(filled);
      validateObject(schema, filled);
      expect(JSON.stringify(spec)).toBe(before);
    }),
  );
});

it('an update that changes nothing is always accepted', () => {
  fc.assert(
    fc.property(roots, values, (schema, spec) => {
      expect(validateObject(schema, { spec }, { spec: structuredClone(spec) })).toEqual([]);
    }),
  );
});
