import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyDefaults } from './default.ts';
import type { StructuralSchema } from './schema.ts';

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    n: { type: 'integer', default: 3 },
    off: { type: 'boolean', default: false },
    text: { type: 'string' },
    nothing: { type: 'string', nullable: true, default: 'x' },
    outer: { type: 'object', properties: { inner: { type: 'integer', default: 1 } } },
    filled: { type: 'object', default: {}, properties: { inner: { type: 'integer', default: 1 } } },
    list: { type: 'array', items: { type: 'object', properties: { p: { type: 'string', default: 'TCP' } } } },
    map: {
      type: 'object',
      additionalProperties: { type: 'object', properties: { p: { type: 'string', default: 'TCP' } } },
    },
  },
};

describe('defaults', () => {
  it('fill in what is absent, at every depth of what is there', () => {
    expect(applyDefaults(schema, { outer: {}, list: [{}, { p: 'UDP' }], map: { a: {} } })).toEqual({
      n: 3,
      off: false,
      nothing: 'x',
      outer: { inner: 1 },
      filled: { inner: 1 },
      list: [{ p: 'TCP' }, { p: 'UDP' }],
      map: { a: { p: 'TCP' } },
    });
  });

  it('do not make a parent that is absent and has none itself', () => {
    expect(applyDefaults(schema, {})).not.toHaveProperty('outer');
  });

  it('leave zero values alone', () => {
    expect(applyDefaults(schema, { n: 0, off: true })).toMatchObject({ n: 0, off: true });
  });

  it('replace a null that is not allowed; drop it where there is none; keep it where it is allowed', () => {
    const filled = applyDefaults(schema, { n: null, text: null, nothing: null });
    expect(filled).toMatchObject({ n: 3, nothing: null });
    expect(filled).not.toHaveProperty('text');
  });

  it('leave the given value untouched and share what did not change', () => {
    const object = Object.freeze({ ...(applyDefaults(schema, {}) as object), text: 'a' });
    expect(applyDefaults(schema, object)).toBe(object);
  });

  it('are idempotent', () => {
    const value = fc.option(
      fc.oneof(fc.integer(), fc.string(), fc.constant({}), fc.constant({ inner: null }), fc.constant([{}, null])),
    );
    const keys = Object.keys(schema.properties ?? {});
    const object = fc.dictionary(fc.constantFrom(...keys, '__proto__', 'other'), value);
    fc.assert(
      fc.property(object, (input) => {
        const once = applyDefaults(schema, input);
        expect(applyDefaults(schema, once)).toBe(once);
      }),
    );
  });
});
