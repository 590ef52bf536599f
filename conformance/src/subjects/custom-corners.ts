import type { Subject } from '../case.ts';
import { apply, get, patch, post, put, send } from '../steps.ts';
import { CRDS, defined, definition, GROUP, SPEC, served, version, WIDGETS, widget } from './widgets.ts';

/** D49–D54: what the definitions and objects of real projects do at the edges of their schemas. */
const TEXT = { type: 'string' };
const OBJECT = { type: 'object' };
const STRICT = 'fieldValidation=Strict';

/** Widgets of two versions, of which v2 is stored. */
const twoVersions = (v1: object, v2: object) => [
  post(CRDS, definition([version(v1, { storage: false }), version(v2, { name: 'v2' })]), { unrecorded: true }),
  ...served,
];

const WIDGETS_V2 = WIDGETS.replace('/v1/', '/v2/');

/** A definition whose group belongs to the community. */
const inCommunity = (approval: string | undefined) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'gears.{{run}}.k8s.io',
    ...(approval !== undefined && { annotations: { 'api-approved.kubernetes.io': approval } }),
  },
  spec: {
    group: '{{run}}.k8s.io',
    scope: 'Namespaced',
    names: { plural: 'gears', kind: 'Gear' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: SPEC({ a: TEXT }) } }],
  },
});

export const customCorners: Subject = {
  id: 'custom-corners',
  cases: [
    {
      name: 'an object is read by the schema of the version in which it is stored, then by that of the request',
      steps: [
        ...twoVersions(
          SPEC({ old: TEXT, both: TEXT, list: { type: 'array', items: { type: 'object', properties: { a: TEXT } } } }),
          SPEC({
            both: TEXT,
            only: { ...TEXT, default: 'of v2' },
            list: { type: 'array', items: { type: 'object', properties: { b: TEXT } } },
          }),
        ),
        post(`${WIDGETS}?dryRun=All`, widget('a', { old: 'x', both: 'y', list: [{ a: 'z' }] })),
        post(WIDGETS, widget('a', { old: 'x', both: 'y', list: [{ a: 'z' }] })),
        get(`${WIDGETS}/a`),
        get(`${WIDGETS_V2}/a`),
        patch(`${WIDGETS}/a?dryRun=All`, 'merge', { spec: { both: 'new' } }),
        patch(`${WIDGETS}/a`, 'merge', { spec: { both: 'new' } }),
        get(`${WIDGETS_V2}/a`),
      ],
    },
    {
      name: 'a dry run shows what a read would, and takes a version',
      steps: [
        ...defined(
          {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { a: TEXT } },
              status: { type: 'object', default: { phase: 'new' }, properties: { phase: TEXT } },
            },
          },
          { subresources: { status: {} } },
        ),
        post(`${WIDGETS}?dryRun=All`, widget('a', { a: 'x' })),
        post(`${WIDGETS}?dryRun=All`, widget('a', { a: 'x' }, { resourceVersion: '42' }), {
          keep: ['metadata.resourceVersion', 'status'],
        }),
        post(WIDGETS, widget('a', { a: 'x' }, { resourceVersion: '42' })),
        apply(`${WIDGETS}/b?dryRun=All`, 'm', widget('b', { a: 'x' })),
        post(WIDGETS, widget('a', { a: 'x' })),
        put(`${WIDGETS}/a?dryRun=All`, widget('a', { a: 'y' }, { resourceVersion: '1' })),
        patch(`${WIDGETS}/a?dryRun=All`, 'merge', { spec: { a: 'y' } }),
      ],
    },
    {
      name: 'a null is dropped from a body, and refused in an apply',
      steps: [
        ...defined(
          SPEC({
            text: TEXT,
            maybe: { ...TEXT, nullable: true },
            set: { ...TEXT, default: 'x' },
            part: { type: 'object', properties: { a: TEXT } },
            list: { type: 'array', items: TEXT },
          }),
        ),
        post(`${WIDGETS}?dryRun=All`, widget('a', { text: null, maybe: null, set: null, part: null, list: null })),
        apply(`${WIDGETS}/a`, 'm', widget('a', { text: null })),
        apply(`${WIDGETS}/a`, 'm', widget('a', { part: null })),
        apply(`${WIDGETS}/a`, 'm', widget('a', { part: { a: null } })),
        apply(`${WIDGETS}/a`, 'm', widget('a', { list: null })),
        apply(`${WIDGETS}/a`, 'm', widget('a', { maybe: null, set: null })),
        apply(`${WIDGETS}/a`, 'm', widget('a', { maybe: null, set: 'y' })),
        get(`${WIDGETS}/a`),
      ],
    },
    {
      name: 'a list that preserves unknown fields keeps those of its items',
      steps: [
        ...defined(
          SPEC({
            open: { type: 'array', items: OBJECT, 'x-kubernetes-preserve-unknown-fields': true },
            part: {
              type: 'object',
              'x-kubernetes-preserve-unknown-fields': true,
              properties: { closed: { type: 'object', properties: { a: TEXT } } },
            },
            empty: OBJECT,
          }),
        ),
        ...[STRICT, 'fieldValidation=Warn'].flatMap((how) => [
          post(`${WIDGETS}?dryRun=All&${how}`, widget('a', { open: [{ x: 1, y: { z: 2 } }] })),
          post(`${WIDGETS}?dryRun=All&${how}`, widget('a', { part: { x: 1, closed: { a: 'b', z: 2 } } })),
          post(`${WIDGETS}?dryRun=All&${how}`, widget('a', { empty: { x: 1 } })),
        ]),
        apply(`${WIDGETS}/a`, 'm', widget('a', { open: [{ x: 1, y: { z: 2 } }] })),
        apply(`${WIDGETS}/b`, 'm', widget('b', { part: { x: 1, closed: { a: 'b', z: 2 } } })),
        apply(`${WIDGETS}/c`, 'm', widget('c', { empty: { x: 1 } })),
        apply(`${WIDGETS}/d`, 'm', widget('d', { other: { x: 1 } })),
      ],
    },
    {
      name: 'what is not of its type loses its fields, and is refused',
      steps: [
        ...defined(
          SPEC({
            list: { type: 'array', items: { type: 'object', properties: { a: TEXT } } },
            part: { type: 'object', properties: { a: TEXT } },
            map: { type: 'object', additionalProperties: TEXT },
            any: { type: 'object', additionalProperties: true },
            text: TEXT,
          }),
        ),
        ...[
          { list: { one: { a: 'x' }, two: {} } },
          { list: 'x' },
          { part: [{ a: 'x' }, 1] },
          { map: [{ a: 'x' }] },
          { text: { a: 'x' } },
          { text: ['a', { b: 1 }] },
          { any: { a: 1, b: { c: 2 }, d: [{ e: 3 }] } },
        ].flatMap((spec) => [
          post(`${WIDGETS}?dryRun=All&${STRICT}`, widget('a', spec)),
          post(`${WIDGETS}?dryRun=All&fieldValidation=Warn`, widget('a', spec)),
        ]),
      ],
    },
    {
      name: 'a finalizer without a domain or a path is warned of when it is new',
      steps: [
        ...defined(SPEC({ a: TEXT }), { subresources: { status: {} } }),
        post(
          `${WIDGETS}?dryRun=All`,
          widget('a', {}, { finalizers: ['example.com/ok', 'dotted.example.com', 'plain'] }),
        ),
        post(`${WIDGETS}?dryRun=All`, widget('a', {}, { finalizers: ['orphan', 'foregroundDeletion', 'kubernetes'] })),
        post(`${WIDGETS}?dryRun=All`, widget('a', {}, { finalizers: ['no good', 'a/b/c'] })),
        post(WIDGETS, widget('a', {}, { finalizers: ['plain'] })),
        patch(`${WIDGETS}/a?dryRun=All`, 'merge', { metadata: { finalizers: ['plain', 'more'] } }),
        patch(`${WIDGETS}/a?dryRun=All`, 'merge', { metadata: { labels: { a: 'b' } } }),
        patch(`${WIDGETS}/a/status?dryRun=All`, 'merge', { metadata: { finalizers: ['plain', 'more'] } }),
        patch(`${WIDGETS}/a`, 'merge', { metadata: { finalizers: null } }),
      ],
    },
    {
      name: 'a group of the community wants an approval, which a condition repeats',
      steps: [
        post(CRDS, inCommunity(undefined)),
        post(CRDS, inCommunity('')),
        post(CRDS, inCommunity('me')),
        post(CRDS, inCommunity('https:nowhere')),
        post(CRDS, inCommunity('unapproved, experimental-only'), { unrecorded: true }),
        get(`${CRDS}/gears.{{run}}.k8s.io`, { until: { text: 'UnapprovedAnnotation' } }),
        patch(`${CRDS}/gears.{{run}}.k8s.io`, 'merge', {
          metadata: { annotations: { 'api-approved.kubernetes.io': 'still not' } },
        }),
        patch(
          `${CRDS}/gears.{{run}}.k8s.io`,
          'merge',
          { metadata: { annotations: { 'api-approved.kubernetes.io': 'https://example.com/pull/1' } } },
          { unrecorded: true },
        ),
        get(`${CRDS}/gears.{{run}}.k8s.io`, { until: { condition: 'KubernetesAPIApprovalPolicyConformant' } }),
      ],
    },
    {
      name: 'what is wrong with a definition is told in the order of its parts',
      steps: [
        post(CRDS, {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: 'a.b.c' },
        }),
        post(CRDS, {
          apiVersion: 'apiextensions.k8s.io/v1beta1',
          kind: 'CustomResourceDefinition',
          metadata: { name: 'a.b.c' },
        }),
        post(CRDS, {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: `widgets.${GROUP}` },
          spec: {
            group: GROUP,
            scope: 'Galaxy',
            names: { plural: 'Widgets', kind: 'W W', listKind: 'W W', shortNames: ['W'], categories: ['C'] },
            conversion: { strategy: 'Webhook' },
            versions: [
              {
                name: 'V1',
                served: true,
                storage: true,
                deprecationWarning: 'x',
                schema: { openAPIV3Schema: SPEC({}) },
              },
              {
                name: 'v2',
                served: true,
                storage: true,
                deprecated: true,
                deprecationWarning: '',
                schema: { openAPIV3Schema: SPEC({ a: {} }) },
                subresources: { scale: { specReplicasPath: 'x', statusReplicasPath: '' } },
                additionalPrinterColumns: [{ name: '', type: 'x', jsonPath: 'y' }],
                selectableFields: [{ jsonPath: '.spec.nope' }],
              },
              { name: 'v2', served: true, storage: false },
            ],
          },
        }),
      ],
    },
    {
      name: 'YAML has no escape of JSON that YAML 1.1 lacks, and the line breaks that it has',
      steps: [
        ...['"a\\/b"', '"\\x4"', '"\\q"', "'a\\/b'", '"a\\\\/b"'].map((text) =>
          send(
            'POST /api/v1/namespaces/{{ns}}/configmaps?dryRun=All',
            { text: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: ${text}\n` },
            'application/yaml',
          ),
        ),
        ...['|\n    b\n    c', '|+\n    b', '>\n    b\n    c\n', '|\n    b\n# end'].map((text) =>
          send(
            'POST /api/v1/namespaces/{{ns}}/configmaps?dryRun=All',
            { text: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: ${text}` },
            'application/yaml',
          ),
        ),
        send('POST /api/v1/namespaces/{{ns}}/configmaps?dryRun=All', {
          text: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"a":"a\\/b"}}',
        }),
      ],
    },
  ],
};
