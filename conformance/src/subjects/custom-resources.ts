import type { Case, Step, Subject } from '../case.ts';
import { apply, events, get, patch, post, put, remove, send, watch } from '../steps.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GROUP = '{{run}}.example.com';
const API = `${GROUP}/v1`;
const WIDGETS = `/apis/${API}/namespaces/{{ns}}/widgets`;
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };

/** Steps that define Widgets with a schema and wait until they are served. */
const defined = (schema: object, version: object = {}, spec: object = {}): Step[] => [
  post(
    CRDS,
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `widgets.${GROUP}` },
      spec: {
        group: GROUP,
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
        ...spec,
      },
    },
    { unrecorded: true },
  ),
  get(`${CRDS}/widgets.${GROUP}`, { until: { condition: 'Established' } }),
  get(WIDGETS, { until: { status: 200 } }),
  get(`/apis/${GROUP}`, { until: { status: 200 } }),
];

const SPEC = (properties: object, rest: object = {}): object => ({
  type: 'object',
  properties: {
    spec: { type: 'object', properties, ...rest },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
});

const widget = (name: string, spec?: unknown, metadata: object = {}): object => ({
  apiVersion: API,
  kind: 'Widget',
  metadata: { name, ...metadata },
  ...(spec !== undefined && { spec }),
});

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

/** D48–D52: custom resources. */
export const customResources: Subject = {
  id: 'custom-resources',
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
    {
      name: 'a custom resource is created, read, replaced, patched and deleted',
      steps: [
        ...defined(SPEC({ a: { type: 'string' }, n: { type: 'integer' } })),
        post(WIDGETS, widget('a', { n: 1, a: 'x' }), { save: { rv: 'metadata.resourceVersion' } }),
        watch('w', `${WIDGETS}?watch=true&resourceVersion={{rv}}`),
        post(WIDGETS, widget('a')),
        get(`${WIDGETS}/a`, { raw: true }),
        get(WIDGETS, { raw: true }),
        put(`${WIDGETS}/a`, widget('a', { a: 'y' })),
        put(`${WIDGETS}/a`, widget('a', { a: 'y' }, { resourceVersion: '1' })),
        put(`${WIDGETS}/a`, widget('a', { a: 'y' }, { resourceVersion: '{{rv}}' })),
        put(`${WIDGETS}/b`, widget('b', {}, { resourceVersion: '5' })),
        patch(`${WIDGETS}/a`, 'merge', { spec: { a: null, n: 5 } }),
        patch(`${WIDGETS}/a`, 'json', [{ op: 'replace', path: '/spec/n', value: 6 }]),
        patch(`${WIDGETS}/a`, 'strategic', { spec: { n: 7 } }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { n: 6 } }),
        patch(
          `${WIDGETS}/a`,
          'merge',
          { metadata: { labels: { a: 'b' } } },
          { keep: ['metadata.generation', 'metadata.labels'] },
        ),
        patch(`${WIDGETS}/a`, 'merge', { extra: 1 }),
        get(`${WIDGETS}/nope`),
        get(WIDGETS, { headers: TABLE }),
        remove(`${WIDGETS}/a`),
        get(`${WIDGETS}/a`),
        events('w', 5),
      ],
    },
    {
      name: 'kind and version of a custom resource have to fit',
      steps: [
        ...defined(SPEC({ a: { type: 'string' } })),
        post(WIDGETS, { metadata: { name: 'a' } }),
        post(WIDGETS, { kind: 'Widget', metadata: { name: 'a' } }),
        post(WIDGETS, { apiVersion: API, metadata: { name: 'a' } }),
        post(WIDGETS, { apiVersion: API, kind: 'Gadget', metadata: { name: 'a' } }),
        post(WIDGETS, { apiVersion: `${GROUP}/v2`, kind: 'Widget', metadata: { name: 'a' } }),
        post(WIDGETS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }),
        post(WIDGETS, { apiVersion: API, kind: 'Widget' }),
        post(WIDGETS, { apiVersion: API, kind: 'Widget', metadata: {} }),
        post(WIDGETS, { apiVersion: API, kind: 'Widget', metadata: { name: 5 } }),
        post(WIDGETS, { apiVersion: API, kind: 'Widget', metadata: { name: 'a', labels: { x: 1 } } }),
        post(WIDGETS, { apiVersion: API, kind: 'Widget', metadata: 'x' }),
        post(WIDGETS, { apiVersion: API, kind: 'Widget', metadata: { generateName: 'w-' } }),
        ...['{bad', '', '[]', '5'].map((text) => send(`POST ${WIDGETS}`, { text })),
        send(
          `POST ${WIDGETS}`,
          { text: `apiVersion: ${API}\nkind: Widget\nmetadata: {name: yaml}\nspec: {a: b}\n` },
          'application/yaml',
        ),
        post(WIDGETS, widget('names'.repeat(60), {})),
      ],
    },
    {
      name: 'unknown and duplicate fields of a custom resource are pruned, warned about or refused',
      steps: [
        ...defined(
          SPEC({
            a: { type: 'string' },
            l: { type: 'array', items: { type: 'object', properties: { x: { type: 'string' } } } },
            open: {
              type: 'object',
              'x-kubernetes-preserve-unknown-fields': true,
              properties: { closed: { type: 'object', properties: { y: { type: 'string' } } } },
            },
          }),
        ),
        ...['Strict', 'Warn', 'Ignore', 'Bogus'].map((mode, at) =>
          post(`${WIDGETS}?fieldValidation=${mode}`, {
            ...widget(
              `a${at}`,
              { a: 'x', zz: 1, l: [{ x: 'y', z: 'w' }], open: { any: { thing: [1] }, closed: { no: 1 } } },
              { bogus: 1 },
            ),
            top: 1,
          }),
        ),
        ...['Strict', 'Warn', 'Ignore'].map((mode, at) =>
          send(`POST ${WIDGETS}?fieldValidation=${mode}`, {
            text: `{"apiVersion":"${API}","kind":"Widget","metadata":{"name":"d${at}"},"spec":{"a":"1","a":"2"}}`,
          }),
        ),
        post(WIDGETS, widget('a'), { unrecorded: true }),
        patch(`${WIDGETS}/a?fieldValidation=Strict`, 'merge', { spec: { zz: 1 } }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { zz: 1 } }),
        apply(`${WIDGETS}/a`, 'm', widget('a', { zz: 1 })),
        apply(`${WIDGETS}/a`, 'm', widget('a', { a: 5 })),
        apply(`${WIDGETS}/a?fieldValidation=Strict`, 'm', widget('a', { zz: 1 })),
      ],
    },
    {
      name: 'defaults and nulls of a custom resource',
      steps: [
        ...defined(
          SPEC({
            s: { type: 'string', default: 'd' },
            n: { type: 'integer', default: 3 },
            o: {
              type: 'object',
              default: {},
              properties: { x: { type: 'string', default: 'y' }, z: { type: 'string' } },
            },
            deep: { type: 'object', properties: { x: { type: 'string', default: 'y' } } },
            l: { type: 'array', items: { type: 'object', properties: { x: { type: 'boolean', default: true } } } },
            m: {
              type: 'object',
              additionalProperties: { type: 'object', properties: { x: { type: 'integer', default: 1 } } },
            },
            nullable: { type: 'string', nullable: true },
            nulldef: { type: 'string', nullable: true, default: 'd' },
          }),
        ),
        post(WIDGETS, widget('a')),
        post(WIDGETS, widget('b', {})),
        post(WIDGETS, widget('c', { s: null, n: null, o: null, nullable: null, nulldef: null })),
        post(WIDGETS, widget('d', { deep: {}, l: [{}, { x: false }], m: { k: {} }, o: { x: 'own' } })),
        post(WIDGETS, widget('e', { l: [null] })),
        post(WIDGETS, widget('f', null)),
        put(`${WIDGETS}/b`, { ...widget('b', { s: 'x' }) }),
        patch(`${WIDGETS}/b`, 'merge', { spec: { s: null, o: { x: null } } }),
        apply(`${WIDGETS}/g`, 'm', widget('g', { s: 'x' })),
        apply(`${WIDGETS}/g`, 'm', widget('g', {})),
        get(`${WIDGETS}/a`),
      ],
    },
    {
      name: 'numbers of a custom resource keep their form',
      steps: [
        ...defined(
          SPEC({
            i: { type: 'integer' },
            n: { type: 'number' },
            x: { 'x-kubernetes-int-or-string': true },
            any: { 'x-kubernetes-preserve-unknown-fields': true },
          }),
        ),
        ...['{"i":1.0}', '{"i":1e2}', '{"n":1.0,"any":1.0}', '{"n":1e-7,"any":[1e21,1.5e300,0.1]}', '{"x":"5%"}'].map(
          (spec, at) =>
            send(
              `POST ${WIDGETS}`,
              { text: `{"apiVersion":"${API}","kind":"Widget","metadata":{"name":"a${at}"},"spec":${spec}}` },
              'application/json',
              { raw: true },
            ),
        ),
      ],
    },
    {
      name: 'numbers beyond the precision of a float keep their digits',
      steps: [
        ...defined(
          SPEC({
            i: { type: 'integer' },
            n: { type: 'number' },
            x: { 'x-kubernetes-int-or-string': true },
            any: { 'x-kubernetes-preserve-unknown-fields': true },
          }),
        ),
        ...[
          '{"i":9007199254740993}',
          '{"i":9223372036854775807}',
          '{"i":9223372036854775808}',
          '{"x":5,"any":{"a":12345678901234567890}}',
          '{"n":5,"any":100000000000000000000}',
        ].map((spec, at) =>
          send(
            `POST ${WIDGETS}`,
            { text: `{"apiVersion":"${API}","kind":"Widget","metadata":{"name":"a${at}"},"spec":${spec}}` },
            'application/json',
            { raw: true },
          ),
        ),
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
    {
      name: 'status of a custom resource is a subresource where the definition says so',
      steps: [
        ...defined(
          {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { a: { type: 'string' } } },
              status: { type: 'object', properties: { phase: { type: 'string', enum: ['A', 'B'] } } },
            },
          },
          { subresources: { status: {} } },
        ),
        post(WIDGETS, { ...widget('a', { a: 'x' }), status: { phase: 'A' } }),
        patch(`${WIDGETS}/a`, 'merge', { status: { phase: 'B' } }),
        patch(`${WIDGETS}/a/status`, 'merge', { spec: { a: 'changed' }, status: { phase: 'B' } }),
        patch(`${WIDGETS}/a/status`, 'merge', {
          metadata: { labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['ex.io/f'] },
        }),
        patch(`${WIDGETS}/a/status`, 'merge', { status: { phase: 'C' } }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { a: 'y' } }),
        get(`${WIDGETS}/a/status`),
        put(`${WIDGETS}/a/status`, { ...widget('a'), status: { phase: 'A' } }),
        apply(`${WIDGETS}/a/status`, 'ctrl', {
          apiVersion: API,
          kind: 'Widget',
          metadata: { name: 'a' },
          status: { phase: 'A' },
        }),
        apply(`${WIDGETS}/a`, 'm', { ...widget('a', { a: 'z' }), status: { phase: 'A' } }),
        patch(`${WIDGETS}/nope/status`, 'merge', {}),
        get(`${WIDGETS}/a/scale`),
      ],
    },
    {
      name: 'a custom resource scales where the definition says so',
      steps: [
        ...defined(
          {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { replicas: { type: 'integer' } } },
              status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } },
            },
          },
          {
            subresources: {
              status: {},
              scale: {
                specReplicasPath: '.spec.replicas',
                statusReplicasPath: '.status.replicas',
                labelSelectorPath: '.status.selector',
              },
            },
          },
        ),
        post(WIDGETS, widget('none')),
        get(`${WIDGETS}/none/scale`),
        post(WIDGETS, widget('a', { replicas: 2 })),
        get(`${WIDGETS}/a/scale`),
        patch(`${WIDGETS}/a/status`, 'merge', { status: { replicas: 1, selector: 'a=b' } }, { unrecorded: true }),
        get(`${WIDGETS}/a/scale`),
        put(`${WIDGETS}/a/scale`, {
          apiVersion: 'autoscaling/v1',
          kind: 'Scale',
          metadata: { name: 'a' },
          spec: { replicas: 3 },
        }),
        patch(`${WIDGETS}/a/scale`, 'merge', { spec: { replicas: 4 } }),
        patch(`${WIDGETS}/a/scale`, 'merge', { spec: { replicas: -1 } }),
        patch(`${WIDGETS}/none/scale`, 'merge', { spec: { replicas: 5 } }),
        get(`${WIDGETS}/nope/scale`),
        get(`${WIDGETS}/a`),
      ],
    },
    {
      name: 'printer columns show the values of their paths',
      steps: [
        ...defined(
          SPEC({
            s: { type: 'string' },
            n: { type: 'integer' },
            f: { type: 'number' },
            b: { type: 'boolean' },
            d: { type: 'string' },
            l: {
              type: 'array',
              items: { type: 'object', properties: { t: { type: 'string' }, v: { type: 'string' } } },
            },
          }),
          {
            additionalPrinterColumns: [
              { name: 'S', type: 'string', jsonPath: '.spec.s' },
              {
                name: 'N',
                type: 'integer',
                jsonPath: '.spec.n',
                description: 'the number',
                priority: 1,
                format: 'int32',
              },
              { name: 'F', type: 'number', jsonPath: '.spec.f' },
              { name: 'B', type: 'boolean', jsonPath: '.spec.b' },
              { name: 'D', type: 'date', jsonPath: '.spec.d' },
              { name: 'L', type: 'string', jsonPath: '.spec.l[?(@.t=="x")].v' },
              { name: 'First', type: 'string', jsonPath: '.spec.l[0].v' },
              { name: 'All', type: 'string', jsonPath: '.spec.l[*].v' },
              { name: 'Whole', type: 'string', jsonPath: '.spec.l' },
              { name: 'Wrong', type: 'integer', jsonPath: '.spec.s' },
              { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
            ],
          },
        ),
        post(
          WIDGETS,
          widget('a', {
            s: 'x',
            n: 5,
            f: 1.5,
            b: false,
            d: '2001-01-01T00:00:00Z',
            l: [
              { t: 'w', v: '1' },
              { t: 'x', v: '2' },
            ],
          }),
          { unrecorded: true },
        ),
        post(WIDGETS, widget('b'), { unrecorded: true }),
        post(WIDGETS, widget('c', { d: 'nonsense', l: [], s: '' }), { unrecorded: true }),
        get(`${WIDGETS}?includeObject=None`, { headers: TABLE }),
        get(`${WIDGETS}/a`, { headers: TABLE }),
      ],
    },
    {
      name: 'selectable fields choose in lists and watches',
      steps: [
        ...defined(SPEC({ color: { type: 'string' }, n: { type: 'integer' } }), {
          selectableFields: [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.n' }],
        }),
        post(WIDGETS, widget('a', { color: 'red', n: 1 }), { save: { rv: 'metadata.resourceVersion' } }),
        post(WIDGETS, widget('b', { color: 'blue' })),
        ...[
          'spec.color%3Dred',
          'spec.color!%3Dred',
          'spec.n%3D1',
          'spec.n%3D',
          'metadata.name%3Da',
          'spec.bogus%3Dx',
          'status.x%3Dy',
        ].map((selector) =>
          get(`${WIDGETS}?fieldSelector=${selector}`, {
            keep: ['items.0.metadata.name', 'items.1.metadata.name', 'message', 'code'],
          }),
        ),
        watch('w', `${WIDGETS}?watch=true&resourceVersion={{rv}}&fieldSelector=spec.color%3Dred`),
        patch(`${WIDGETS}/b`, 'merge', { spec: { color: 'red' } }, { unrecorded: true }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { color: 'green' } }, { unrecorded: true }),
        events('w', 2),
      ],
    },
    {
      name: 'server-side apply merges the lists and maps of a schema',
      steps: [
        ...defined(
          SPEC({
            atomic: { type: 'array', items: { type: 'string' } },
            set: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
            map: {
              type: 'array',
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['k', 'p'],
              items: {
                type: 'object',
                required: ['k'],
                properties: { k: { type: 'string' }, p: { type: 'string', default: 'tcp' }, v: { type: 'string' } },
              },
            },
            whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
            granular: { type: 'object', additionalProperties: { type: 'string' } },
            open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          }),
        ),
        apply(
          `${WIDGETS}/a`,
          'm1',
          widget('a', {
            atomic: ['a'],
            set: ['x'],
            map: [{ k: 'a', v: '1' }],
            whole: { a: 'b' },
            granular: { a: 'b' },
            open: { a: { b: [1] } },
          }),
        ),
        apply(
          `${WIDGETS}/a`,
          'm2',
          widget('a', {
            set: ['y'],
            map: [
              { k: 'b', v: '2' },
              { k: 'a', p: 'udp' },
            ],
            granular: { c: 'd' },
            open: { c: 1 },
          }),
        ),
        apply(
          `${WIDGETS}/a`,
          'm2',
          widget('a', { atomic: ['b'], whole: { c: 'd' }, granular: { a: 'x' }, open: { a: { b: [2] } } }),
        ),
        apply(`${WIDGETS}/a`, 'm1', widget('a', { set: ['z'], map: [] })),
        apply(`${WIDGETS}/a`, 'm1', widget('a', { set: ['z', 'z'] })),
        apply(`${WIDGETS}/a`, 'm1', widget('a', { map: [{ k: 'a' }, { k: 'a', p: 'tcp' }] })),
        apply(`${WIDGETS}/a`, 'm1', widget('a', { map: [{ v: 'x' }] })),
        apply(`${WIDGETS}/a`, 'm1', widget('a')),
        patch(`${WIDGETS}/a?fieldManager=u`, 'merge', { spec: { granular: { e: 'f' }, set: ['y', 'w'] } }),
        get(`${WIDGETS}/a`),
      ],
    },
    {
      name: 'a cluster-wide custom resource with two versions',
      steps: [
        ...defined(
          SPEC({ a: { type: 'string' } }),
          {},
          {
            scope: 'Cluster',
            versions: [
              { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: SPEC({ a: { type: 'string' } }) } },
              {
                name: 'v1beta1',
                served: true,
                storage: false,
                deprecated: true,
                schema: { openAPIV3Schema: SPEC({ a: { type: 'string' } }) },
              },
              {
                name: 'v1alpha1',
                served: false,
                storage: false,
                schema: { openAPIV3Schema: SPEC({ a: { type: 'string' } }) },
              },
            ],
          },
        ).slice(0, 2),
        get(`/apis/${API}/widgets`, { until: { status: 200 } }),
        post(`/apis/${API}/widgets`, widget('a', { a: 'x' })),
        get(`/apis/${GROUP}/v1beta1/widgets/a`),
        get(`/apis/${GROUP}/v1beta1/widgets`),
        get(`/apis/${GROUP}/v1alpha1/widgets/a`),
        get(`/apis/${API}/namespaces/{{ns}}/widgets`),
        post(`/apis/${GROUP}/v1beta1/widgets`, { ...widget('b'), apiVersion: `${GROUP}/v1beta1` }),
        get(`/apis/${GROUP}`, { until: { status: 200 } }),
        get(`/apis/${GROUP}`),
        remove(`/apis/${API}/widgets`),
      ],
    },
    {
      name: 'a definition goes after its instances, and those after their finalizers',
      steps: [
        ...defined(SPEC({ a: { type: 'string' } })),
        post(WIDGETS, widget('a', {}, { finalizers: ['ex.io/f'] }), { unrecorded: true }),
        post(WIDGETS, widget('b'), { unrecorded: true }),
        remove(`${CRDS}/widgets.${GROUP}`, undefined, { keep: ['kind', 'metadata.finalizers'] }),
        get(`${WIDGETS}/b`, { until: { status: 404 } }),
        get(`${WIDGETS}/a`),
        post(WIDGETS, widget('late')),
        get(`${CRDS}/widgets.${GROUP}`, { until: { text: 'InstanceDeletionInProgress' } }),
        patch(`${WIDGETS}/a`, 'merge', { metadata: { finalizers: null } }),
        get(`${CRDS}/widgets.${GROUP}`, { until: { status: 404 } }),
        get(`${CRDS}/widgets.${GROUP}`),
      ],
    },
  ],
};
