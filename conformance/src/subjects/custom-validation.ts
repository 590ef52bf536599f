import type { Case, Subject } from '../case.ts';
import { patch, post } from '../steps.ts';
import { CRDS, defined, GROUP, SPEC, WIDGETS, widget } from './widgets.ts';

/** One property per keyword, with values that break it. */
const KEYWORDS: readonly (readonly [schema: object, ...values: readonly unknown[]])[] = [
  [{ type: 'string' }, 5, null, {}, true, []],
  [{ type: 'integer' }, 'x', 1.5, null, {}],
  [{ type: 'number' }, 'x', true],
  [{ type: 'boolean' }, 'true', 1],
  [{ type: 'object', properties: { a: { type: 'string' } } }, 'x', [], { a: 5 }],
  [{ type: 'array', items: { type: 'string' } }, 'x', {}, [5], [null]],
  [{ type: 'string', minLength: 2, maxLength: 4 }, 'x', 'xxxxx', 'äö'],
  [{ type: 'string', pattern: '^[a-z]+$' }, 'A', ''],
  [{ type: 'string', enum: ['a', 'b'] }, 'c', ''],
  [{ type: 'integer', enum: [1, 2] }, 3],
  [{ type: 'integer', minimum: 2, maximum: 4 }, 1, 5],
  [{ type: 'integer', minimum: 2, maximum: 4, exclusiveMinimum: true, exclusiveMaximum: true }, 2, 4],
  [{ type: 'number', minimum: 0.5 }, 0.25, -1],
  [{ type: 'integer', multipleOf: 5 }, 7],
  [{ type: 'number', multipleOf: 0.5 }, 0.7],
  [{ type: 'array', minItems: 1, maxItems: 2, items: { type: 'string' } }, [], ['a', 'b', 'c']],
  [
    { type: 'object', minProperties: 1, maxProperties: 2, additionalProperties: { type: 'string' } },
    {},
    { a: '1', b: '2', c: '3' },
    { a: 5 },
  ],
  [
    { type: 'object', required: ['a', 'b'], properties: { a: { type: 'string' }, b: { type: 'string' } } },
    {},
    { a: 'x' },
  ],
  [{ type: 'integer', format: 'int32' }, 3_000_000_000],
  [{ type: 'integer', format: 'int64' }, 9.3e18],
  [{ type: 'string', format: 'date-time' }, 'yesterday', '2024-01-01'],
  [{ type: 'string', format: 'date' }, '2024-13-01'],
  [{ type: 'string', format: 'email' }, 'x'],
  [{ type: 'string', format: 'ipv4' }, '1.2.3'],
  [{ type: 'string', format: 'ipv6' }, '1.2.3.4'],
  [{ type: 'string', format: 'cidr' }, '1.2.3.4'],
  [{ type: 'string', format: 'uri' }, 'a b'],
  [{ type: 'string', format: 'uuid' }, 'x'],
  [{ type: 'string', format: 'byte' }, '!'],
  [{ type: 'string', format: 'hostname' }, 'a_b'],
  [{ type: 'string', format: 'duration' }, 'long'],
  [{ 'x-kubernetes-int-or-string': true }, true, {}],
  [
    { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], pattern: '^\\d+%$' },
    'x',
    1.5,
  ],
  [{ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } }, ['a', 'a']],
  [
    {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: { type: 'object', required: ['k'], properties: { k: { type: 'string' }, v: { type: 'string' } } },
    },
    [{ k: 'a' }, { k: 'a' }],
    [{ v: 'x' }],
  ],
  [{ type: 'integer', anyOf: [{ minimum: 10 }, { maximum: 1 }] }, 5],
  [{ type: 'integer', oneOf: [{ minimum: 1 }, { minimum: 5 }] }, 7, 0],
  [{ type: 'integer', allOf: [{ minimum: 1 }, { maximum: 5 }] }, 7],
  [{ type: 'string', not: { enum: ['a'] } }, 'a'],
  [
    { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { x: { type: 'string' } } },
    {},
    { apiVersion: 'v1', kind: 'X', metadata: { name: 'Bad Name' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', bogus: 1 } },
  ],
];

const keywordCases: Case[] = KEYWORDS.map(([schema, ...values]) => ({
  name: `a value against ${JSON.stringify(schema)}`,
  steps: [...defined(SPEC({ a: schema })), ...values.map((value) => post(WIDGETS, widget('a', { a: value })))],
}));

const RULES: readonly (readonly [what: string, property: object, ...values: readonly unknown[]])[] = [
  ['a rule', { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 5' }] }, 5, 6],
  ['a message', { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 5', message: 'must be large' }] }, 5],
  [
    'a messageExpression',
    {
      type: 'integer',
      'x-kubernetes-validations': [{ rule: 'self > 5', messageExpression: "self > 3 ? 'nearly' : 'far from it'" }],
    },
    5,
  ],
  [
    'a messageExpression that fails',
    {
      type: 'integer',
      'x-kubernetes-validations': [
        { rule: 'self > 5', message: 'fallback', messageExpression: 'string(1 / (self - self))' },
      ],
    },
    5,
  ],
  [
    'a reason and a fieldPath',
    {
      type: 'object',
      properties: { x: { type: 'integer' } },
      'x-kubernetes-validations': [{ rule: 'self.x > 5', reason: 'FieldValueForbidden', fieldPath: '.x' }],
    },
    { x: 1 },
  ],
  [
    'a reason of a missing value',
    {
      type: 'object',
      properties: { x: { type: 'integer' } },
      'x-kubernetes-validations': [
        { rule: 'has(self.x)', reason: 'FieldValueRequired', fieldPath: '.x', message: 'x is needed' },
      ],
    },
    {},
  ],
  [
    'a reason of a duplicate',
    { type: 'string', 'x-kubernetes-validations': [{ rule: 'false', reason: 'FieldValueDuplicate' }] },
    'x',
  ],
  [
    'two rules',
    {
      type: 'integer',
      'x-kubernetes-validations': [{ rule: 'self > 5' }, { rule: 'self % 2 == 0', message: 'must be even' }],
    },
    3,
    4,
    8,
  ],
  ['an error at run time', { type: 'integer', 'x-kubernetes-validations': [{ rule: '10 / self > 1' }] }, 0],
  [
    'a missing key',
    { type: 'object', properties: { x: { type: 'string' } }, 'x-kubernetes-validations': [{ rule: "self.x == 'a'" }] },
    {},
  ],
  [
    'lists',
    {
      type: 'array',
      maxItems: 10,
      items: { type: 'string', maxLength: 10 },
      'x-kubernetes-validations': [{ rule: 'self.all(x, size(x) > 1)' }, { rule: 'self.isSorted()' }],
    },
    ['bb', 'a'],
    ['bb', 'cc'],
  ],
  [
    'maps',
    {
      type: 'object',
      maxProperties: 5,
      additionalProperties: { type: 'string', maxLength: 9 },
      'x-kubernetes-validations': [{ rule: "self.all(k, self[k] != '')" }],
    },
    { a: '' },
    { a: 'b' },
  ],
  [
    'quantities, urls, addresses and patterns',
    {
      type: 'string',
      maxLength: 50,
      'x-kubernetes-validations': [{ rule: "isQuantity(self) || isURL(self) || isIP(self) || self.matches('^z+$')" }],
    },
    'a b',
    '1Gi',
    'http://a/b',
    '10.1.1.1',
    'zzz',
  ],
  [
    'optionals and formats',
    {
      type: 'object',
      properties: { x: { type: 'string', maxLength: 20 } },
      'x-kubernetes-validations': [{ rule: "self.?x.orValue('none') != 'none'" }],
    },
    {},
    { x: 'A' },
    { x: 'a' },
  ],
  [
    'rules on a broken type',
    { type: 'object', properties: { x: { type: 'integer' } }, 'x-kubernetes-validations': [{ rule: 'self.x > 5' }] },
    { x: 'a' },
  ],
];

/** D48, D50, D51: what a definition demands of its objects. */
export const customValidation: Subject = {
  id: 'custom-validation',
  cases: [
    ...keywordCases,
    {
      name: 'errors of several fields come together',
      steps: [
        ...defined(
          SPEC(
            { a: { type: 'string', maxLength: 2 }, b: { type: 'integer', minimum: 5 }, c: { type: 'string' } },
            { required: ['c', 'd'] },
          ),
        ),
        post(WIDGETS, widget('a', { a: 'xxx', b: 1 })),
        post(WIDGETS, widget('a', { a: 5, b: 'x', c: null })),
        post(WIDGETS, widget('Bad_Name', { a: 'xxx', c: '', d: '' }, { labels: { 'bad key': 'x' } })),
      ],
    },
    ...RULES.map(([what, property, ...values]) => ({
      name: `CEL: ${what}`,
      steps: [
        ...defined(SPEC({ a: property })),
        ...values.map((value, at) => post(WIDGETS, widget(`a${at}`, { a: value }))),
      ],
    })),
    {
      name: 'CEL: transition rules compare with what was',
      steps: [
        ...defined(
          SPEC({
            fixed: {
              type: 'string',
              'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed is immutable' }],
            },
            up: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >= oldSelf' }] },
            once: {
              type: 'string',
              'x-kubernetes-validations': [{ rule: "oldSelf.hasValue() || self == 'first'", optionalOldSelf: true }],
            },
            list: {
              type: 'array',
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['k'],
              maxItems: 5,
              items: {
                type: 'object',
                required: ['k'],
                properties: {
                  k: { type: 'string' },
                  v: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self >= oldSelf' }] },
                },
              },
            },
          }),
        ),
        post(WIDGETS, widget('a', { fixed: 'x', up: 5, list: [{ k: 'a', v: 5 }] })),
        patch(`${WIDGETS}/a`, 'merge', { spec: { fixed: 'y' } }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { up: 4 } }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { fixed: null } }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { fixed: 'new' } }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { once: 'second' } }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { once: 'first' } }, { keep: ['spec'] }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { once: 'second' } }, { keep: ['spec'] }),
        patch(`${WIDGETS}/a`, 'merge', {
          spec: {
            list: [
              { k: 'b', v: 1 },
              { k: 'a', v: 4 },
            ],
          },
        }),
        patch(
          `${WIDGETS}/a`,
          'merge',
          {
            spec: {
              list: [
                { k: 'b', v: 1 },
                { k: 'a', v: 6 },
              ],
            },
          },
          { keep: ['spec'] },
        ),
      ],
    },
    {
      name: 'CEL: rules of the root see metadata',
      steps: [
        ...defined({
          ...SPEC({ a: { type: 'string' } }),
          'x-kubernetes-validations': [
            { rule: "self.metadata.name.startsWith('w')", message: 'must start with w' },
            { rule: '!has(self.spec) || !has(self.spec.a) || self.spec.a == self.metadata.name', fieldPath: '.spec.a' },
          ],
        }),
        post(WIDGETS, widget('a')),
        post(WIDGETS, widget('w')),
        post(WIDGETS, widget('w2', { a: 'x' })),
      ],
    },
    {
      name: 'what was valid under an older schema may stay while it is not touched',
      steps: [
        ...defined(SPEC({ a: { type: 'string' }, b: { type: 'string' }, c: { type: 'integer' } })),
        post(WIDGETS, widget('a', { a: 'long value', b: 'x', c: 5 }), { unrecorded: true }),
        patch(
          `${CRDS}/widgets.${GROUP}`,
          'json',
          [
            {
              op: 'replace',
              path: '/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties',
              value: {
                a: { type: 'string', maxLength: 3 },
                b: { type: 'string' },
                c: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 10' }] },
              },
            },
          ],
          { unrecorded: true },
        ),
        post(`${WIDGETS}?dryRun=All`, widget('probe', { a: 'too long' }), { until: { status: 422 } }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { b: 'y' } }, { keep: ['spec', 'message', 'details'] }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { a: 'other long' } }, { keep: ['spec', 'message', 'details'] }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { c: 6 } }, { keep: ['spec', 'message', 'details'] }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { a: 'ok' } }, { keep: ['spec', 'message', 'details'] }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { a: 'long value' } }, { keep: ['spec', 'message', 'details'] }),
      ],
    },
  ],
};
