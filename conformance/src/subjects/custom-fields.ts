import type { Case } from '../case.ts';
import { apply, get, patch, post, put, send } from '../steps.ts';
import { API, defined, NUMBERS, SPEC, WIDGETS, widget, widgetText } from './widgets.ts';

/** Numbers are compared as text. */
const numbers = (name: string, specs: readonly string[]): Case => ({
  name,
  steps: [
    ...defined(NUMBERS),
    ...specs.map((spec, at) =>
      send(`POST ${WIDGETS}`, { text: widgetText(`a${at}`, spec) }, 'application/json', { raw: true }),
    ),
  ],
});

/** What becomes of the fields of a custom resource that its schema knows, does not know, or gives a default. */
export const customFields: readonly Case[] = [
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
  numbers('numbers of a custom resource keep their form', [
    '{"i":1.0}',
    '{"i":1e2}',
    '{"n":1.0,"any":1.0}',
    '{"n":1e-7,"any":[1e21,1.5e300,0.1]}',
    '{"x":"5%"}',
  ]),
  numbers('numbers beyond the precision of a float keep their digits', [
    '{"i":9007199254740993}',
    '{"i":9223372036854775807}',
    '{"i":9223372036854775808}',
    '{"x":5,"any":{"a":12345678901234567890}}',
    '{"n":5,"any":100000000000000000000}',
  ]),
];
