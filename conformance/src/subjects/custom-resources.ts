import type { Subject } from '../case.ts';
import { apply, events, get, patch, post, put, remove, send, watch } from '../steps.ts';
import { customFields } from './custom-fields.ts';
import { customSubresources } from './custom-subresources.ts';
import { customViews } from './custom-views.ts';
import { API, CRDS, defined, GROUP, SPEC, TABLE, WIDGETS, widget } from './widgets.ts';

/** D49, D52–D54: custom resources. */
export const customResources: Subject = {
  id: 'custom-resources',
  cases: [
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
    ...customFields,
    ...customSubresources,
    ...customViews,
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
