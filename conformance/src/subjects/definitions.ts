import type { Subject } from '../case.ts';
import { get, patch, post, put, remove } from '../steps.ts';
import { CRDS, definition, GROUP, version, WIDGETS } from './widgets.ts';

const CRD = `${CRDS}/widgets.${GROUP}`;

const SPEC = { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } };

const crd = (spec: object = {}, names: object = {}): object =>
  definition([version(SPEC)], { names: { plural: 'widgets', kind: 'Widget', ...names }, ...spec });

/** A definition whose `spec` has the schema. */
const withSchema = (spec: object): object => crd({ versions: [version({ type: 'object', properties: { spec } })] });

const ESTABLISHED = { until: { condition: 'Established' } };

/** Schemas that are not structural or make no sense, each with its rule. */
const WRONG: Record<string, object> = {
  'without a type': { properties: { a: { type: 'string' } } },
  'with a property without a type': { type: 'object', properties: { a: {} } },
  'with an unknown type': { type: 'object', properties: { a: { type: 'text' } } },
  'with an array without items': { type: 'object', properties: { a: { type: 'array' } } },
  'with a list of items': { type: 'object', properties: { a: { type: 'array', items: [{ type: 'string' }] } } },
  'with properties and additionalProperties': {
    type: 'object',
    properties: {
      a: { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } },
    },
  },
  'with additionalProperties false': {
    type: 'object',
    properties: { a: { type: 'object', additionalProperties: false } },
  },
  'with uniqueItems': {
    type: 'object',
    properties: { a: { type: 'array', uniqueItems: true, items: { type: 'string' } } },
  },
  'with a $ref': { type: 'object', properties: { a: { $ref: '#/x' } } },
  'with types within allOf': {
    type: 'object',
    allOf: [{ properties: { a: { type: 'string' } } }],
    properties: { a: { type: 'string' } },
  },
  'with properties in anyOf that are not declared': { type: 'object', anyOf: [{ properties: { b: { minimum: 1 } } }] },
  'with a default in anyOf': { type: 'object', properties: { a: { type: 'string', anyOf: [{ default: 'x' }] } } },
  'with a default that does not fit': { type: 'object', properties: { a: { type: 'integer', default: 'x' } } },
  'with a default that has unknown fields': {
    type: 'object',
    properties: { a: { type: 'object', default: { z: 1 }, properties: { b: { type: 'string' } } } },
  },
  'with a bad pattern': { type: 'object', properties: { a: { type: 'string', pattern: '(' } } },
  'with an empty enum value of the wrong type': { type: 'object', properties: { a: { type: 'string', enum: [1] } } },
  'with a map list without keys': {
    type: 'object',
    properties: { a: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } } },
  },
  'with a map list whose key is optional': {
    type: 'object',
    properties: {
      a: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: { type: 'object', properties: { k: { type: 'string' } } },
      },
    },
  },
  'with a set of objects': {
    type: 'object',
    properties: { a: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object' } } },
  },
  'with an unknown list type': {
    type: 'object',
    properties: { a: { type: 'array', 'x-kubernetes-list-type': 'bag', items: { type: 'string' } } },
  },
  'with preserve-unknown-fields false': { type: 'object', 'x-kubernetes-preserve-unknown-fields': false },
  'with int-or-string and a type': {
    type: 'object',
    properties: { a: { type: 'string', 'x-kubernetes-int-or-string': true } },
  },
  'with an embedded resource that is no object': {
    type: 'object',
    properties: { a: { type: 'string', 'x-kubernetes-embedded-resource': true } },
  },
  'with a rule that does not compile': {
    type: 'object',
    properties: { a: { type: 'string' } },
    'x-kubernetes-validations': [{ rule: 'self.b ==' }],
  },
  'with a rule about an unknown field': {
    type: 'object',
    properties: { a: { type: 'string' } },
    'x-kubernetes-validations': [{ rule: 'self.b == "x"' }],
  },
  'with a rule that is no condition': {
    type: 'object',
    properties: { a: { type: 'string' } },
    'x-kubernetes-validations': [{ rule: 'self.a' }],
  },
  'with an empty rule': { type: 'object', 'x-kubernetes-validations': [{ rule: '' }] },
  'with a rule of unknown reason': {
    type: 'object',
    properties: { a: { type: 'string' } },
    'x-kubernetes-validations': [{ rule: 'true', reason: 'Nonsense' }],
  },
  'with a rule with a bad fieldPath': {
    type: 'object',
    properties: { a: { type: 'string' } },
    'x-kubernetes-validations': [{ rule: 'true', fieldPath: '.zz' }],
  },
  'with a message over lines': {
    type: 'object',
    properties: { a: { type: 'string' } },
    'x-kubernetes-validations': [{ rule: 'true', message: 'a\nb' }],
  },
  'with a rule that costs too much': {
    type: 'object',
    properties: { a: { type: 'array', items: { type: 'array', items: { type: 'string' } } } },
    'x-kubernetes-validations': [{ rule: 'self.a.all(x, self.a.all(y, x.all(p, y.all(q, p == q))))' }],
  },
  'with a bad messageExpression': {
    type: 'object',
    properties: { a: { type: 'string' } },
    'x-kubernetes-validations': [{ rule: 'true', messageExpression: '5' }],
  },
  'with a transition rule in a list': {
    type: 'object',
    properties: {
      a: { type: 'array', items: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] } },
    },
  },
};

/** D46–D47: definitions of custom resources. */
export const definitions: Subject = {
  id: 'definitions',
  cases: [
    {
      name: 'a definition is accepted, established, served and discovered',
      steps: [
        post(CRDS, crd({}, { shortNames: ['wd'], categories: ['all', 'things'] })),
        get(CRD, ESTABLISHED),
        get(CRD),
        get(`/apis/${GROUP}/v1/namespaces/{{ns}}/widgets`, { until: { status: 200 } }),
        get(`/apis/${GROUP}/v1/namespaces/{{ns}}/widgets`),
        get(`/apis/${GROUP}/v1`, { until: { status: 200 } }),
        get(`/apis/${GROUP}/v1`),
        get(`/apis/${GROUP}`),
        get(`/apis/${GROUP}/v2`),
        get(`/apis/${GROUP}/v1/namespaces/{{ns}}/gadgets`),
        get(`/openapi/v3/apis/${GROUP}/v1`, { until: { status: 200 } }),
        get(`/openapi/v3/apis/${GROUP}/v1`, { keep: ['paths.*', 'openapi', 'info'] }),
        get(`${CRD}/status`),
        remove(CRD),
        get(CRD, { until: { status: 404 } }),
        get(`/apis/${GROUP}/v1/namespaces/{{ns}}/widgets`, { until: { status: 404 } }),
        get(`/apis/${GROUP}/v1/namespaces/{{ns}}/widgets`),
      ],
    },
    {
      name: 'status and scale are discovered as subresources',
      steps: [
        post(
          CRDS,
          crd({
            versions: [
              version(
                {
                  type: 'object',
                  properties: {
                    spec: { type: 'object', properties: { replicas: { type: 'integer' } } },
                    status: {
                      type: 'object',
                      properties: { replicas: { type: 'integer' }, selector: { type: 'string' } },
                    },
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
            ],
          }),
        ),
        get(`/apis/${GROUP}/v1`, { until: { status: 200, text: 'widgets/scale' } }),
        get(`/apis/${GROUP}/v1`),
      ],
    },
    {
      name: 'names that another definition has are not accepted',
      steps: [
        post(CRDS, crd({}, { shortNames: ['wd'] }), { unrecorded: true }),
        get(CRD, ESTABLISHED),
        post(CRDS, {
          ...crd(),
          metadata: { name: `others.${GROUP}` },
          spec: {
            group: GROUP,
            scope: 'Cluster',
            names: { plural: 'others', kind: 'Widget', shortNames: ['wd'] },
            versions: [version(SPEC)],
          },
        }),
        get(`${CRDS}/others.${GROUP}`, { until: { text: 'KindConflict' } }),
        get(`${CRDS}/others.${GROUP}`, { keep: ['status'] }),
        post(CRDS, crd()),
      ],
    },
    {
      name: 'definitions with wrong names, groups and versions are refused',
      clusterWide: true,
      steps: [
        post(CRDS, { ...crd(), metadata: { name: 'wrong' } }),
        post(CRDS, crd({}, { kind: '' })),
        post(CRDS, crd({}, { plural: 'Widgets' })),
        post(CRDS, crd({}, { singular: 'Bad Name', shortNames: ['X'], listKind: 'Widget' })),
        post(CRDS, crd({ group: 'nodots' })),
        post(CRDS, crd({ scope: 'Bogus' })),
        post(CRDS, crd({ scope: undefined })),
        post(CRDS, crd({ versions: [] })),
        post(CRDS, crd({ versions: undefined })),
        post(CRDS, crd({ versions: [version(SPEC), version(SPEC)] })),
        post(CRDS, crd({ versions: [version(SPEC), version(SPEC, { name: 'v2' })] })),
        post(CRDS, crd({ versions: [version(SPEC, { storage: false })] })),
        post(CRDS, crd({ versions: [version(SPEC, { name: 'V1' })] })),
        post(CRDS, crd({ versions: [version(SPEC, { served: undefined })] })),
        post(CRDS, crd({ versions: [{ name: 'v1', served: true, storage: true }] })),
        post(CRDS, crd({ versions: [version(SPEC, { deprecationWarning: 'x' })] })),
        post(CRDS, crd({ conversion: { strategy: 'Webhook' } })),
        post(CRDS, crd({ conversion: { strategy: 'Bogus' } })),
        post(CRDS, crd({ preserveUnknownFields: true })),
        post(
          CRDS,
          crd({
            versions: [version(SPEC, { additionalPrinterColumns: [{ name: '', type: 'text', jsonPath: 'spec' }] })],
          }),
        ),
        post(CRDS, crd({ versions: [version(SPEC, { subresources: { scale: {} } })] })),
        post(
          CRDS,
          crd({
            versions: [
              version(SPEC, { subresources: { scale: { specReplicasPath: '.x', statusReplicasPath: '.y' } } }),
            ],
          }),
        ),
        post(CRDS, crd({ versions: [version(SPEC, { selectableFields: [{ jsonPath: '.spec.none' }] })] })),
        post(CRDS, { ...crd({ group: 'x.k8s.io' }), metadata: { name: 'widgets.x.k8s.io' } }),
        post(CRDS, {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: 'x' },
        }),
        post(`${CRDS}?fieldValidation=Strict`, crd({ bogus: 1 })),
      ],
    },
    ...Object.entries(WRONG).map(([what, schema]) => ({
      name: `a schema ${what} is refused`,
      clusterWide: true as const,
      steps: [post(CRDS, withSchema(schema))],
    })),
    {
      name: 'the schema of the whole is an object whose metadata may only be narrowed',
      clusterWide: true,
      steps: [
        post(CRDS, crd({ versions: [version({ type: 'string' })] })),
        post(
          CRDS,
          crd({
            versions: [
              version({
                type: 'object',
                properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
              }),
            ],
          }),
        ),
        post(CRDS, crd({ versions: [version({ type: 'object', nullable: true })] })),
        post(
          CRDS,
          crd({
            versions: [
              version({
                type: 'object',
                properties: { metadata: { type: 'object', properties: { name: { type: 'string', pattern: '^a' } } } },
              }),
            ],
          }),
        ),
      ],
    },
    {
      name: 'a write that changes nothing stores an object of a former storage version anew, once',
      steps: [
        post(CRDS, crd(), { unrecorded: true }),
        get(CRD, ESTABLISHED),
        get(WIDGETS, { until: { status: 200 } }),
        post(WIDGETS, { apiVersion: `${GROUP}/v1`, kind: 'Widget', metadata: { name: 'w' }, spec: { a: 'x' } }),
        patch(`${WIDGETS}/w`, 'merge', {}),
        patch(
          CRD,
          'merge',
          { spec: { versions: [version(SPEC, { storage: false }), version(SPEC, { name: 'v2' })] } },
          { unrecorded: true },
        ),
        get(`/apis/${GROUP}/v2/namespaces/{{ns}}/widgets/w`, { until: { status: 200 } }),
        patch(`${WIDGETS}/w`, 'merge', {}),
        patch(`${WIDGETS}/w`, 'merge', {}),
      ],
    },
    {
      name: 'an established definition keeps its group, scope and names',
      steps: [
        post(CRDS, crd(), { unrecorded: true }),
        get(CRD, ESTABLISHED),
        patch(CRD, 'merge', { spec: { scope: 'Cluster' } }),
        patch(CRD, 'merge', { spec: { group: 'other.example.com' } }),
        patch(CRD, 'merge', { spec: { names: { kind: 'Other' } } }),
        patch(CRD, 'merge', { spec: { names: { plural: 'others' } } }),
        patch(
          CRD,
          'merge',
          { spec: { names: { shortNames: ['w'] } } },
          { keep: ['spec.names', 'metadata.generation'] },
        ),
        patch(CRD, 'merge', { metadata: { labels: { a: 'b' } } }, { keep: ['metadata.labels', 'metadata.generation'] }),
        patch(
          CRD,
          'json',
          [{ op: 'add', path: '/spec/versions/-', value: version(SPEC, { name: 'v2', storage: false }) }],
          { keep: ['spec.versions.1.name', 'message'] },
        ),
        patch(CRD, 'json', [{ op: 'remove', path: '/spec/versions/0' }], { keep: ['message', 'details'] }),
        patch(
          CRD,
          'json',
          [
            { op: 'replace', path: '/spec/versions/0/storage', value: false },
            { op: 'replace', path: '/spec/versions/1/storage', value: true },
          ],
          { keep: ['status.storedVersions', 'message'] },
        ),
        patch(CRD, 'json', [{ op: 'remove', path: '/spec/versions/0' }], { keep: ['message', 'details'] }),
        put(CRD, crd()),
        patch(`${CRD}/status`, 'merge', { status: { storedVersions: ['v2'] } }, { keep: ['status.storedVersions'] }),
      ],
    },
  ],
};
