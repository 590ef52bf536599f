import fc, { type Arbitrary } from 'fast-check';
import { junk } from './values.ts';

/** A structural schema and values that mostly fit it. */
export interface RandomSchema {
  readonly schema: { readonly [key: string]: unknown };
  readonly value: Arbitrary<unknown>;
}

const WORDS = ['', 'a', 'bad', 'good', 'ä', 'a1', 'x'.repeat(9)];
const NUMBERS = [0, 1, -1, 2, 5, 10, 2 ** 31, 2 ** 40];
const KEYS = ['a', 'b', 'c d', '__proto__', 'constructor'];

const one = (keyword: object): Arbitrary<object> => fc.constant(keyword);

/** At most some of the keywords, and at most one default. */
function keywords(all: readonly Arbitrary<object>[]): Arbitrary<object> {
  return fc
    .shuffledSubarray([...all], { maxLength: 2 })
    .chain((some) => fc.tuple(...some).map((parts) => Object.assign({}, ...parts) as object));
}

/** Rules, their texts and their reasons. */
function rules(...expressions: string[]): Arbitrary<object> {
  const rule = fc.record(
    {
      rule: fc.constantFrom(...expressions),
      message: fc.constantFrom('is not good', 'says: "no"'),
      messageExpression: fc.constantFrom("'because of ' + 'this'", "''", "'in two\\nlines'", '5'),
      reason: fc.constantFrom('FieldValueForbidden', 'FieldValueRequired', 'FieldValueDuplicate'),
    },
    { requiredKeys: ['rule'] },
  );
  return fc
    .array(rule, { minLength: 1, maxLength: 2 })
    .map((validations) => ({ 'x-kubernetes-validations': validations }));
}

const nullable = one({ nullable: true });

const string: Arbitrary<RandomSchema> = keywords([
  fc.constantFrom({ minLength: 1 }, { maxLength: 3 }),
  fc.constantFrom({ pattern: '^[a-z]*$' }, { pattern: '^\\p{L}+$' }),
  one({ enum: ['a', 'good'] }),
  fc.constantFrom('date-time', 'date', 'ipv4', 'byte', 'email', 'duration', 'uri').map((format) => ({ format })),
  fc.constantFrom({ default: 'a' }, { default: '' }),
  nullable,
  rules("self != 'bad'", 'self.size() < 3', 'self == oldSelf', "self.startsWith('a') || self == ''"),
]).map((more) => ({
  schema: { type: 'string', maxLength: 20, ...more },
  value: fc.constantFrom(...WORDS, '2020-01-01T00:00:00Z', '2020-01-01', '1.2.3.4', 'AAE=', '5s'),
}));

const integer: Arbitrary<RandomSchema> = keywords([
  fc.constantFrom({ minimum: 1 }, { minimum: 1, exclusiveMinimum: true }),
  fc.constantFrom({ maximum: 5 }, { maximum: 5, exclusiveMaximum: true }),
  one({ multipleOf: 2 }),
  one({ enum: [1, 2] }),
  fc.constantFrom({ format: 'int32' }, { format: 'int64' }),
  one({ default: 2 }),
  nullable,
  rules('self > 0', 'self >= oldSelf', 'self % 2 == 0', '10 / self > 1'),
]).map((more) => ({ schema: { type: 'integer', ...more }, value: fc.constantFrom(...NUMBERS) }));

const number: Arbitrary<RandomSchema> = keywords([
  one({ minimum: 0.5 }),
  one({ maximum: 2.5 }),
  one({ multipleOf: 0.5 }),
  one({ default: 1 }),
  rules('self > 0.5', 'self < 100.0'),
]).map((more) => ({ schema: { type: 'number', ...more }, value: fc.constantFrom(...NUMBERS, 0.5, 1.5, -2.25) }));

const boolean: Arbitrary<RandomSchema> = keywords([
  one({ default: true }),
  nullable,
  rules('self', '!self || !oldSelf'),
]).map((more) => ({ schema: { type: 'boolean', ...more }, value: fc.boolean() }));

const intOrString: Arbitrary<RandomSchema> = keywords([one({ default: '5%' }), one({ pattern: '^\\d+%$' })]).map(
  (more) => ({
    schema: { 'x-kubernetes-int-or-string': true, ...more },
    value: fc.constantFrom(...NUMBERS, '5%', 'x'),
  }),
);

const anything: Arbitrary<RandomSchema> = fc
  .constantFrom({}, { type: 'object' })
  .map((type) => ({ schema: { ...type, 'x-kubernetes-preserve-unknown-fields': true }, value: junk }));

const scalar = fc.oneof(
  { weight: 3, arbitrary: string },
  { weight: 3, arbitrary: integer },
  number,
  boolean,
  intOrString,
);

function list(item: Arbitrary<RandomSchema>): Arbitrary<RandomSchema> {
  return fc
    .tuple(item, keywords([one({ minItems: 1 }), nullable, rules('self.size() < 3', 'self.all(x, x == x)')]))
    .map(([{ schema, value }, more]) => ({
      schema: { type: 'array', maxItems: 4, items: schema, ...more },
      value: fc.array(value, { maxLength: 5 }),
    }));
}

const set: Arbitrary<RandomSchema> = scalar.map(({ schema, value }) => {
  const { default: _default, nullable: _nullable, ...items } = schema;
  return {
    schema: { type: 'array', maxItems: 4, 'x-kubernetes-list-type': 'set', items },
    value: fc.array(value, { maxLength: 3 }),
  };
});

function map(item: Arbitrary<RandomSchema>): Arbitrary<RandomSchema> {
  return fc
    .tuple(item, keywords([one({ minProperties: 1 }), nullable, rules("self.all(k, k != 'b')", 'size(self) < 2')]))
    .map(([{ schema, value }, more]) => ({
      schema: { type: 'object', maxProperties: 3, additionalProperties: schema, ...more },
      value: fc
        .array(fc.tuple(fc.constantFrom(...KEYS), value), { maxLength: 4 })
        .map((pairs) => Object.fromEntries(pairs)),
    }));
}

/** A list whose items are identified by a field. */
function keyed(item: Arbitrary<RandomSchema>): Arbitrary<RandomSchema> {
  return fc.tuple(item, fc.boolean()).map(([{ schema, value }, defaulted]) => ({
    schema: {
      type: 'array',
      maxItems: 4,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: {
        type: 'object',
        ...(defaulted ? {} : { required: ['k'] }),
        properties: { k: { type: 'string', maxLength: 9, ...(defaulted ? { default: 'd' } : {}) }, v: schema },
      },
    },
    value: fc.array(
      fc.record({ k: fc.constantFrom('x', 'y', 'd'), v: value }, { requiredKeys: defaulted ? [] : ['k'] }),
      { maxLength: 3 },
    ),
  }));
}

function struct(property: Arbitrary<RandomSchema>): Arbitrary<RandomSchema> {
  const properties = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString'), property, {
    minKeys: 1,
    maxKeys: 3,
    noNullPrototype: true,
  });
  return properties.chain((inner) => {
    const names = Object.keys(inner);
    const first = names[0]!;
    return keywords([
      fc.subarray(names).map((required) => ({ required })),
      one({ default: {} }),
      one({ 'x-kubernetes-preserve-unknown-fields': true }),
      one({ 'x-kubernetes-map-type': 'atomic' }),
      nullable,
      rules(
        `has(self.${first})`,
        `!has(self.${first}) || self.${first} == self.${first}`,
        'self == oldSelf',
        `has(oldSelf.${first}) == has(self.${first})`,
      ),
    ]).map((more) => ({
      schema: {
        type: 'object',
        properties: Object.fromEntries(Object.entries(inner).map(([name, { schema }]) => [name, schema])),
        ...more,
      },
      value: fc.record(Object.fromEntries(Object.entries(inner).map(([name, { value }]) => [name, value])), {
        requiredKeys: [],
        noNullPrototype: true,
      }),
    }));
  });
}

/** Any schema of at most three levels. */
const leaf = fc.oneof({ weight: 6, arbitrary: scalar }, { weight: 1, arbitrary: anything });
const inner = fc.oneof({ weight: 2, arbitrary: leaf }, list(leaf), set, map(leaf), keyed(leaf), struct(leaf));

/** The schema of an object with some properties. */
export const objectSchema: Arbitrary<RandomSchema> = struct(inner);
