import { seededRandom } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import type { StructuralSchema } from '../structural/schema.ts';
import { validateObject } from '../structural/validate-object.ts';
import { matchingText } from './matching-text.ts';
import { arbitraryValue } from './value.ts';

describe('values made by chance are valid for', () => {
  test.each<[string, StructuralSchema]>([
    ['bounded integers', { type: 'integer', minimum: 3, maximum: 7, exclusiveMinimum: true }],
    ['multiples', { type: 'integer', minimum: 1, multipleOf: 5 }],
    ['int32', { type: 'integer', format: 'int32' }],
    ['numbers', { type: 'number', minimum: -1, maximum: 0.5 }],
    ['texts with lengths', { type: 'string', minLength: 4, maxLength: 5 }],
    ...['byte', 'cidr', 'date', 'date-time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'mac', 'uri', 'uuid'].map(
      (format): [string, StructuralSchema] => [format, { type: 'string', format }],
    ),
    ['choices', { type: 'string', enum: ['a', 'b'] }],
    ['sets', { type: 'array', items: { type: 'boolean' }, 'x-kubernetes-list-type': 'set' }],
    [
      'lists with keys',
      {
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string', maxLength: 1 }, port: { type: 'integer', default: 1 } },
        },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name', 'port'],
      },
    ],
    ['maps', { type: 'object', additionalProperties: { 'x-kubernetes-int-or-string': true } }],
    ['anything', { 'x-kubernetes-preserve-unknown-fields': true }],
    ['null', { type: 'string', nullable: true }],
  ])('%s', (_, field) => {
    const schema: StructuralSchema = { type: 'object', properties: { field } };
    const random = seededRandom(1);
    for (let run = 0; run < 200; run += 1) {
      const value = { field: arbitraryValue(field, random) };
      expect(validateObject(schema, value), JSON.stringify(value)).toEqual([]);
    }
  });
});

describe('texts made from a pattern match it', () => {
  test.each([
    '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$',
    '^(?:a|bc+|d{2,3})*\\.x$',
    '^\\d+(\\.\\d+)?(?P<unit>Ki|Mi|Gi)$',
    '^[^-_\\s]\\w{3,}[\\]\\-.]?$',
    '^\\S+ \\D$',
    '^.$',
  ])('%s', (pattern) => {
    const random = seededRandom(1);
    const texts = Array.from({ length: 200 }, () => matchingText(pattern, random));
    const regExp = new RegExp(pattern.replace('?P<', '?<'));
    expect(texts.filter((text) => text === undefined || !regExp.test(text))).toEqual([]);
    expect(new Set(texts).size).toBeGreaterThan(20);
  });

  test.each(['(?=a)', '[[:alpha:]]', '\\p{L}', ')', '(', '*'])('%s is not known', (pattern) => {
    expect(matchingText(pattern, seededRandom(1))).toBeUndefined();
  });
});
