import { NumberLexeme } from '@opwright/machinery';
import { describe, expect, it } from 'vitest';
import type { StructuralSchema } from './schema.ts';
import { validate } from './validate.ts';
import { validateObject } from './validate-object.ts';

const widget: StructuralSchema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string', minLength: 2, maxLength: 10, pattern: '^[a-z]+$' },
        n: { type: 'integer', minimum: 1, maximum: 5 },
        enum: { type: 'string', enum: ['A', 'B'] },
        arr: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 2 },
        set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        lm: {
          type: 'array',
          items: { type: 'object', properties: { k: { type: 'string' }, v: { type: 'integer', maximum: 3 } } },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
        },
        ios: { 'x-kubernetes-int-or-string': true },
        fmt: { type: 'string', format: 'date-time' },
        num: { type: 'number', multipleOf: 0.5 },
        map: { type: 'object', additionalProperties: { type: 'integer' }, minProperties: 1, maxProperties: 2 },
        one: {
          type: 'object',
          properties: { a: { type: 'string' }, b: { type: 'string' } },
          oneOf: [{ required: ['a'] }, { required: ['b'] }],
        },
        b: { type: 'boolean' },
        i32: { type: 'integer', format: 'int32' },
        emb: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
    },
  },
};

function causes(spec: object): string[] {
  return validateObject(widget, { spec: { name: 'ok', ...spec } }).map((error) => `${error.field}: ${error.message}`);
}

describe('validation speaks as a real API server did', () => {
  it.each([
    ['a pattern', { name: 'A1' }, `spec.name: Invalid value: "A1": spec.name in body should match '^[a-z]+$'`],
    ['too long', { name: 'abcdefghijk' }, 'spec.name: Too long: may not be more than 10 bytes'],
    ['too short', { name: 'a' }, 'spec.name: Invalid value: "a": spec.name in body should be at least 2 chars long'],
    ['a type', { name: 5 }, 'spec.name: Invalid value: "integer": spec.name in body must be of type string: "integer"'],
    ['null', { name: null }, 'spec.name: Invalid value: "null": spec.name in body must be of type string: "null"'],
    ['a maximum', { n: 9 }, 'spec.n: Invalid value: 9: spec.n in body should be less than or equal to 5'],
    ['a minimum', { n: 0 }, 'spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1'],
    ['a fraction', { n: 1.5 }, 'spec.n: Invalid value: "number": spec.n in body must be of type integer: "number"'],
    ['an enum', { enum: 'C' }, 'spec.enum: Unsupported value: "C": supported values: "A", "B"'],
    ['too many items', { arr: ['a', 'b', 'c'] }, 'spec.arr: Too many: 3: must have at most 2 items'],
    ['too few items', { arr: [] }, 'spec.arr: Invalid value: 0: spec.arr in body should have at least 1 items'],
    [
      'too few properties',
      { map: {} },
      'spec.map: Invalid value: 0: spec.map in body should have at least 1 properties',
    ],
    ['too many properties', { map: { a: 1, b: 1, c: 1 } }, 'spec.map: Too many: 3: must have at most 2 items'],
    ['a repeated item', { set: ['a', 'a'] }, 'spec.set[1]: Duplicate value: "a"'],
    [
      'a repeated key',
      { lm: [{ k: '1' }, { k: '1' }] },
      'spec.lm[1]: Duplicate value: map[string]interface {}{"k":"1"}',
    ],
    [
      'int-or-string',
      { ios: 1.5 },
      'spec.ios: Invalid value: "number": spec.ios in body must be of type integer,string: "number"',
    ],
    ['a format', { fmt: 'x' }, 'spec.fmt: Invalid value: "x": spec.fmt in body must be of type date-time: "x"'],
    ['a factor', { num: 0.3 }, 'spec.num: Invalid value: 0.3: spec.num in body should be a multiple of 0.5'],
    [
      'a map entry',
      { map: { a: 'b' } },
      'spec.map.a: Invalid value: "string": spec.map.a in body must be of type integer: "string"',
    ],
    [
      'two alternatives',
      { one: { a: '1', b: '2' } },
      '<nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
    ['a boolean', { b: 'yes' }, 'spec.b: Invalid value: "string": spec.b in body must be of type boolean: "string"'],
    [
      'a number with a format',
      { i32: true },
      'spec.i32: Invalid value: "boolean": spec.i32 in body must be of type integer: "boolean"',
    ],
  ])('%s', (_name, spec, cause) => {
    expect(causes(spec)).toEqual([cause]);
  });

  it('a missing field and a missing parent', () => {
    expect(validate(widget, { spec: {} })).toEqual([
      { field: 'spec.name', reason: 'FieldValueRequired', message: 'Required value' },
    ]);
    expect(validate(widget, {})).toEqual([{ field: 'spec', reason: 'FieldValueRequired', message: 'Required value' }]);
  });

  it('an embedded object without its type', () => {
    expect(causes({ emb: { metadata: {} } })).toEqual([
      'spec.emb.apiVersion: Required value: must not be empty',
      'spec.emb.kind: Required value: must not be empty',
    ]);
  });

  it('the alternative that came closest', () => {
    expect(causes({ one: {} })).toEqual([
      '<nil>: Invalid value: "": "spec.one" must validate one and only one schema (oneOf). Found none valid',
      'spec.one.a: Required value',
    ]);
  });
});

describe('validation', () => {
  it('accepts 1.0 for an integer, and keeps integers beyond 2^53 exact', () => {
    expect(causes({ n: new NumberLexeme('1.0') })).toEqual([]);
    expect(validate({ type: 'integer', format: 'int64' }, new NumberLexeme('9223372036854775807'))).toEqual([]);
    expect(validate({ type: 'integer', format: 'int64' }, new NumberLexeme('9223372036854775808'), 'x')).toHaveLength(
      1,
    );
  });

  it('counts code points, not UTF-16 units', () => {
    expect(validate({ type: 'string', maxLength: 2 }, '😀😀')).toEqual([]);
    expect(validate({ type: 'string', minLength: 3 }, '😀😀', 'x')).toHaveLength(1);
  });

  it('lets null stand for nullable values only', () => {
    expect(validate({ type: 'string', nullable: true }, null)).toEqual([]);
    expect(validate({ type: 'string' }, null, 'x')).toHaveLength(1);
  });

  it('ignores formats that the API server does not know', () => {
    expect(validate({ type: 'string', format: 'semver' }, 'x')).toEqual([]);
    expect(validate({ type: 'number', format: 'int32' }, 0.5)).toEqual([]);
  });

  it('takes lists of any length', () => {
    const list = new Array(300_000).fill('a');
    const schema: StructuralSchema = { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' };
    expect(validateObject(schema, list)).toHaveLength(1);
  });

  it('is not confused by fields named like members of Object', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['constructor'],
    };
    expect(validate(schema, {})).toHaveLength(1);
    expect(validate(schema, JSON.parse('{"__proto__": 1, "constructor": 2}'))).toEqual([]);
  });
});

describe('ratcheting on update', () => {
  const bad = { spec: { name: 'A1', lm: [{ k: 'a', v: 9 }], n: 1 } };

  it('drops errors about what did not change', () => {
    expect(validateObject(widget, bad)).toHaveLength(2);
    expect(validateObject(widget, { ...bad, spec: { ...bad.spec, n: 2 } }, bad)).toEqual([]);
  });

  it('tells the items of a list map by their keys', () => {
    const moved = {
      spec: {
        ...bad.spec,
        lm: [
          { k: 'b', v: 1 },
          { k: 'a', v: 9 },
        ],
      },
    };
    expect(validateObject(widget, moved, bad)).toEqual([]);
  });

  it('complains about the bad field that was touched', () => {
    const changed = { spec: { ...bad.spec, name: 'A2' } };
    expect(validateObject(widget, changed, bad).map((error) => error.field)).toEqual(['spec.name']);
  });

  it('does not tell apart the items of an atomic list', () => {
    const old = { spec: { name: 'ok', arr: ['a', 1] } };
    expect(validateObject(widget, { spec: { name: 'ok', arr: ['b', 1] } }, old)).toHaveLength(1);
  });

  it('accepts repeated items where the old object had some', () => {
    const old = { spec: { name: 'ok', set: ['a', 'a'] } };
    expect(validateObject(widget, { spec: { name: 'ok', set: ['b', 'b'] } }, old)).toEqual([]);
    expect(validateObject(widget, { spec: { name: 'ok', set: ['b', 'b'] } }, { spec: { name: 'ok' } })).toHaveLength(1);
  });
});
