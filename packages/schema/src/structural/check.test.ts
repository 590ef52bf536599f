import { describe, expect, it } from 'vitest';
import { checkStructural } from './check.ts';
import type { StructuralSchema } from './schema.ts';

const PATH = 'spec.validation.openAPIV3Schema';

/** The complaints about a schema for `spec`, behind its path. */
function complaints(spec: object, root: object = {}): string[] {
  const schema = { type: 'object', properties: { spec }, ...root } as StructuralSchema;
  return checkStructural(schema, PATH).map(
    ({ field, message }) => `${field.replace(`${PATH}.properties[spec]`, '~')}: ${message}`,
  );
}

describe('a schema is refused in the words of a real API server', () => {
  it.each([
    ['a field without type', {}, '~.type: Required value: must not be empty for specified object fields'],
    ['an array without items', { type: 'array' }, '~.items: Required value: must be specified'],
    [
      'properties beside additionalProperties',
      { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: { type: 'string' } },
      '~.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
    ],
    [
      'unique items',
      { type: 'array', items: { type: 'string' }, uniqueItems: true },
      '~.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ],
    [
      'a list map without keys',
      { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' },
      '~.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map',
    ],
    [
      'a default of another type',
      { type: 'object', properties: { a: { type: 'integer', default: 'x' } } },
      '~.properties[a].default: Invalid value: "string":  in body must be of type integer: "string"',
    ],
    [
      'a type inside an alternative',
      { type: 'object', properties: { a: { type: 'string' } }, oneOf: [{ properties: { a: { type: 'string' } } }] },
      '~.oneOf[0].properties[a].type: Forbidden: must be empty to be structural',
    ],
    ['a reference', { type: 'object', $ref: '#/x' }, '~.$ref: Forbidden: $ref is not supported'],
    [
      'preserve: false',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
      '~.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined',
    ],
    [
      'a rule without expression',
      { type: 'object', 'x-kubernetes-validations': [{ rule: '' }] },
      '~.x-kubernetes-validations[0].rule: Required value: rule is not specified',
    ],
    [
      'an unknown reason',
      { type: 'object', 'x-kubernetes-validations': [{ rule: 'true', reason: 'Bogus' }] },
      '~.x-kubernetes-validations[0].reason: Unsupported value: "Bogus": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
    ],
    [
      'a field path that leads nowhere',
      {
        type: 'object',
        properties: { a: { type: 'string' } },
        'x-kubernetes-validations': [{ rule: 'true', fieldPath: '.zz' }],
      },
      '~.x-kubernetes-validations[0].fieldPath: Invalid value: ".zz": fieldPath must be a valid path',
    ],
    [
      'a field path that only Object has',
      { type: 'object', 'x-kubernetes-validations': [{ rule: 'true', fieldPath: '.constructor' }] },
      '~.x-kubernetes-validations[0].fieldPath: Invalid value: ".constructor": fieldPath must be a valid path',
    ],
    [
      'a message in two lines',
      { type: 'object', 'x-kubernetes-validations': [{ rule: 'true', message: 'a\nb' }] },
      '~.x-kubernetes-validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
    ],
    [
      'an embedded resource that is no object',
      { type: 'string', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      '~.type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true',
    ],
    [
      'a nullable item of a set',
      { type: 'array', items: { type: 'string', nullable: true }, 'x-kubernetes-list-type': 'set' },
      '~.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set',
    ],
  ])('%s', (_name, spec, complaint) => {
    expect(complaints(spec)).toEqual([complaint]);
  });

  it('a root without type', () => {
    expect(checkStructural({ properties: {} }, PATH)).toEqual([
      { field: `${PATH}.type`, reason: 'FieldValueRequired', message: 'Required value: must not be empty at the root' },
    ]);
  });

  it('an alternative of the root about a field that is not declared', () => {
    expect(complaints({ type: 'object' }, { anyOf: [{ properties: { a: { minLength: 1 } } }] })).toEqual([
      `${PATH}.properties[a]: Required value: because it is defined in ${PATH}.anyOf[0].properties[a]`,
    ]);
  });

  it('metadata that is more than names', () => {
    const properties = { metadata: { type: 'object', properties: { labels: { type: 'object' } } } };
    expect(complaints({}, { properties })).toEqual([
      `${PATH}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
    ]);
  });
});

describe('a schema is accepted', () => {
  it.each([
    [
      'int-or-string with types inside anyOf',
      { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true },
    ],
    [
      'int-or-string with types inside the first allOf',
      {
        allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { pattern: '^x' }],
        'x-kubernetes-int-or-string': true,
      },
    ],
    ['anything', { 'x-kubernetes-preserve-unknown-fields': true }],
    [
      'an empty default of an object with defaults inside',
      { type: 'object', properties: { a: { type: 'string', default: 'x' } }, default: {} },
    ],
  ])('with %s', (_name, spec) => {
    expect(complaints(spec)).toEqual([]);
  });
});
