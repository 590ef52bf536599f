import type { Subject } from '../case.ts';
import { apply, events, get, patch, post, put, remove, send, watch } from '../steps.ts';
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
