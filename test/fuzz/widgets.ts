import fc from 'fast-check';
import type { Target } from '../../conformance/src/random/requests.ts';
import { edit, junk, metadataEdit } from '../../conformance/src/random/values.ts';
import { PROTOTYPE_NAMES } from './values.ts';

const GROUP = 'fuzz.example.com';

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const named = Object.fromEntries(PROTOTYPE_NAMES.map((name) => [name, { type: 'string', maxLength: 9 }]));

/** Custom resources with a bit of everything, properties with the names of Object.prototype too. */
export const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        additionalPrinterColumns: [{ name: 'Any', type: 'string', jsonPath: '.spec.any.a[*]' }],
        selectableFields: [{ jsonPath: '.spec.text' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              status: anything,
              spec: {
                type: 'object',
                'x-kubernetes-validations': [
                  { rule: '!has(self.text) || self.text != "bad"', messageExpression: '"not " + self.text' },
                ],
                properties: {
                  ...named,
                  replicas: { type: 'integer', minimum: 0 },
                  text: { type: 'string', maxLength: 100, pattern: '^(a|b)*$' },
                  any: anything,
                  map: {
                    type: 'object',
                    maxProperties: 9,
                    additionalProperties: {
                      type: 'string',
                      maxLength: 9,
                      'x-kubernetes-validations': [{ rule: 'self == oldSelf' }],
                    },
                  },
                  list: {
                    type: 'array',
                    maxItems: 9,
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['k'],
                    items: {
                      type: 'object',
                      properties: {
                        k: { type: 'string', maxLength: 9, default: '__proto__' },
                        v: { 'x-kubernetes-int-or-string': true },
                      },
                    },
                  },
                  set: {
                    type: 'array',
                    maxItems: 9,
                    'x-kubernetes-list-type': 'set',
                    items: { type: 'string', maxLength: 9 },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

const places = ['replicas', 'text', 'any', 'map', 'list', 'set', ...PROTOTYPE_NAMES];

export const WIDGETS_TARGET: Target = {
  path: `/apis/${GROUP}/v1/namespaces/{{ns}}/widgets`,
  subresources: ['status', 'scale'],
  parts: [],
  fields: ['metadata.name', 'spec.text'],
  object: (name) => ({
    apiVersion: `${GROUP}/v1`,
    kind: 'Widget',
    metadata: { name },
    spec: {
      replicas: 1,
      text: 'ab',
      any: { a: [1, { b: 2 }] },
      map: { constructor: 'x' },
      list: [{ k: 'a', v: '5%' }],
      set: ['a'],
    },
  }),
  edit: fc.oneof(
    metadataEdit,
    fc.tuple(fc.constantFrom(...places), junk).map(([key, value]) => ({ path: ['spec', key], value })),
    edit(['spec', 'list'], fc.constantFrom([{ k: 'b' }], [{}, {}], [{ k: 'a', v: 1 }, { v: 2 }])),
    edit(['spec', 'map', 'toString'], fc.constantFrom('x', 'y', undefined)),
    edit(['status', 'replicas'], junk),
  ),
};
