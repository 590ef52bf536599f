import { describe, expect, it } from 'vitest';
import { fromJsonSchema } from './json-schema.ts';

describe('a JSON Schema becomes structural', () => {
  it('where it says the same in other words', () => {
    expect(
      fromJsonSchema({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        additionalProperties: false,
        required: ['a'],
        properties: {
          a: { type: ['string', 'null'], examples: ['x'] },
          b: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 5 },
          c: { type: 'array', items: { type: 'string', const: 'x' }, uniqueItems: true },
          d: { type: ['integer', 'string'] },
          e: { type: 'object', additionalProperties: true },
        },
      }),
    ).toEqual({
      type: 'object',
      required: ['a'],
      properties: {
        a: { type: 'string', nullable: true, example: 'x' },
        b: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: true },
        c: { type: 'array', items: { type: 'string', enum: ['x'] }, 'x-kubernetes-list-type': 'set' },
        d: { 'x-kubernetes-int-or-string': true },
        e: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    });
  });

  it('with local references inlined', () => {
    const schema = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/name', description: 'A.' } },
      $defs: { name: { type: 'string', minLength: 1 } },
    };
    expect(fromJsonSchema(schema)).toEqual({
      type: 'object',
      properties: { a: { type: 'string', minLength: 1, description: 'A.' } },
    });
  });

  it('and keeps a structural schema as it is', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set', default: ['x'] } },
      'x-kubernetes-validations': [{ rule: 'true' }],
    };
    expect(fromJsonSchema(schema)).toEqual(schema);
  });

  it.each([
    [
      'patternProperties',
      { type: 'object', patternProperties: {} },
      '#: the JSON Schema keyword patternProperties has no equivalent',
    ],
    [
      'two types',
      { properties: { a: { type: ['string', 'boolean'] } } },
      '#/properties/a: a structural schema has one type, not string, boolean',
    ],
    [
      'a foreign reference',
      { properties: { a: { $ref: 'other.json' } } },
      '#/properties/a: other.json does not exist in this schema',
    ],
    ['a tree', { properties: { a: { $ref: '#' } } }, '# refers to itself; a structural schema cannot be recursive'],
    ['a schema that is none', { properties: { a: 1 } }, '#/properties/a: must be a schema, not 1'],
  ])('refuses %s with the place', (_name, schema, text) => {
    expect(() => fromJsonSchema(schema)).toThrow(text);
  });
});
