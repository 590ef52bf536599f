import type { Case } from '../case.ts';
import { events, get, patch, post, watch } from '../steps.ts';
import { defined, SPEC, TABLE, WIDGETS, widget } from './widgets.ts';

/** Columns of a table and fields of a selector, as the definition declares them. */
export const customViews: readonly Case[] = [
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
];
