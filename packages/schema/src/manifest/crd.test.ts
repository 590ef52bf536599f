import { describe, expect, it } from 'vitest';
import { defineResource, k } from '../index.ts';

/** What controller-gen emits for metav1.Condition. */
const conditionSchema = {
  type: 'object',
  properties: {
    lastTransitionTime: { type: 'string', format: 'date-time' },
    message: { type: 'string', maxLength: 32768 },
    observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
    reason: { type: 'string', minLength: 1, maxLength: 1024, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' },
    status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
    type: {
      type: 'string',
      maxLength: 316,
      pattern:
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
    },
  },
  required: ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
};
const typeMeta = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };

/** The envelope that controller-gen writes around one version with a status subresource. */
function manifest(group: string, version: string, kind: string, schema: object): object {
  const singular = kind.toLowerCase();
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural: `${singular}s`, singular },
      scope: 'Namespaced',
      versions: [
        {
          name: version,
          schema: { openAPIV3Schema: schema },
          served: true,
          storage: true,
          subresources: { status: {} },
        },
      ],
    },
  };
}

describe('the CRD manifest is what controller-gen emits', () => {
  it('for the Foo of the tutorial, whose spec may be left out', () => {
    const Foo = defineResource({
      group: 'tutorial.my.domain',
      version: 'v1',
      kind: 'Foo',
      spec: k.object({ name: k.string() }).optional(),
      status: k.object({ happy: k.boolean().optional() }),
    });
    expect(Foo.crd()).toEqual(
      manifest('tutorial.my.domain', 'v1', 'Foo', {
        type: 'object',
        properties: {
          ...typeMeta,
          spec: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
          status: { type: 'object', properties: { happy: { type: 'boolean' } } },
        },
      }),
    );
  });

  it('for the Memcached of operator-sdk, whose conditions are a plain list', () => {
    const Memcached = defineResource({
      group: 'cache.example.com',
      version: 'v1alpha1',
      kind: 'Memcached',
      spec: k.object({ size: k.int32().min(1).max(3).optional(), containerPort: k.int32().optional() }).optional(),
      status: k.object({ conditions: k.array(k.condition()).optional() }),
    });
    expect(Memcached.crd()).toEqual(
      manifest('cache.example.com', 'v1alpha1', 'Memcached', {
        type: 'object',
        properties: {
          ...typeMeta,
          spec: {
            type: 'object',
            properties: {
              size: { type: 'integer', format: 'int32', minimum: 1, maximum: 3 },
              containerPort: { type: 'integer', format: 'int32' },
            },
          },
          status: { type: 'object', properties: { conditions: { type: 'array', items: conditionSchema } } },
        },
      }),
    );
  });

  it('for the CronJob of the book, but for the inside of its job template', () => {
    const jobTemplate = { type: 'object', properties: { metadata: { type: 'object' }, spec: { type: 'object' } } };
    const CronJob = defineResource({
      group: 'batch.tutorial.kubebuilder.io',
      version: 'v1',
      kind: 'CronJob',
      spec: k.object({
        schedule: k.string().minLength(0),
        startingDeadlineSeconds: k.int64().min(0).optional(),
        concurrencyPolicy: k.enum('Allow', 'Forbid', 'Replace').default('Allow'),
        suspend: k.boolean().optional(),
        jobTemplate: k.raw<{ spec: object }>(jobTemplate),
        successfulJobsHistoryLimit: k.int32().min(0).optional(),
        failedJobsHistoryLimit: k.int32().min(0).optional(),
      }),
      status: k.object({
        active: k.array(objectReference()).atomic().minItems(1).maxItems(10).optional(),
        lastScheduleTime: k.time().optional(),
        conditions: k.conditions().optional(),
      }),
    });
    const text = { type: 'string' };
    expect(CronJob.crd()).toEqual(
      manifest('batch.tutorial.kubebuilder.io', 'v1', 'CronJob', {
        type: 'object',
        required: ['spec'],
        properties: {
          ...typeMeta,
          spec: {
            type: 'object',
            properties: {
              schedule: { type: 'string', minLength: 0 },
              startingDeadlineSeconds: { type: 'integer', format: 'int64', minimum: 0 },
              concurrencyPolicy: { type: 'string', enum: ['Allow', 'Forbid', 'Replace'], default: 'Allow' },
              suspend: { type: 'boolean' },
              jobTemplate,
              successfulJobsHistoryLimit: { type: 'integer', format: 'int32', minimum: 0 },
              failedJobsHistoryLimit: { type: 'integer', format: 'int32', minimum: 0 },
            },
            required: ['jobTemplate', 'schedule'],
          },
          status: {
            type: 'object',
            properties: {
              active: {
                type: 'array',
                items: {
                  type: 'object',
                  properties: {
                    apiVersion: text,
                    fieldPath: text,
                    kind: text,
                    name: text,
                    namespace: text,
                    resourceVersion: text,
                    uid: text,
                  },
                  'x-kubernetes-map-type': 'atomic',
                },
                minItems: 1,
                maxItems: 10,
                'x-kubernetes-list-type': 'atomic',
              },
              conditions: {
                type: 'array',
                items: conditionSchema,
                'x-kubernetes-list-type': 'map',
                'x-kubernetes-list-map-keys': ['type'],
              },
              lastScheduleTime: { type: 'string', format: 'date-time' },
            },
          },
        },
      }),
    );
  });

  it('for names, columns, scale, selectable fields, deprecation and labels', () => {
    const Widget = defineResource({
      group: 'example.com',
      kind: 'Policy',
      scope: 'Cluster',
      shortNames: ['po', 'pol'],
      categories: ['all'],
      labels: { team: 'a' },
      annotations: { note: 'b' },
      versions: {
        v1alpha1: { spec: k.object({}), served: false, deprecated: 'use v1' },
        v1: {
          description: 'A policy.',
          storage: true,
          spec: k.object({ replicas: k.int32().default(1), mode: k.string().optional() }),
          status: k.object({
            replicas: k.int32().optional(),
            selector: k.string().optional(),
            since: k.time().optional(),
          }),
          columns: {
            Replicas: '.spec.replicas',
            Mode: { path: '.spec.mode', priority: 1, description: 'How.' },
            Since: '.status.since',
            Age: '.metadata.creationTimestamp',
          },
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            labelSelectorPath: '.status.selector',
          },
          selectableFields: ['.spec.mode'],
          rules: [{ rule: 'self.metadata.name.size() < 20', message: 'name is too long' }],
        },
      },
    });
    const crd = Widget.crd();
    expect(crd.metadata).toEqual({ name: 'policies.example.com', labels: { team: 'a' }, annotations: { note: 'b' } });
    expect(crd.spec.names).toEqual({
      kind: 'Policy',
      listKind: 'PolicyList',
      plural: 'policies',
      singular: 'policy',
      shortNames: ['po', 'pol'],
      categories: ['all'],
    });
    expect(crd.spec.scope).toBe('Cluster');
    const [old, current] = crd.spec.versions;
    expect(old).toMatchObject({
      name: 'v1alpha1',
      served: false,
      storage: false,
      deprecated: true,
      deprecationWarning: 'use v1',
    });
    expect(old).not.toHaveProperty('subresources');
    expect(current).toMatchObject({
      name: 'v1',
      served: true,
      storage: true,
      additionalPrinterColumns: [
        { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
        { name: 'Mode', type: 'string', jsonPath: '.spec.mode', priority: 1, description: 'How.' },
        { name: 'Since', type: 'date', jsonPath: '.status.since' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
      selectableFields: [{ jsonPath: '.spec.mode' }],
      subresources: {
        status: {},
        scale: {
          specReplicasPath: '.spec.replicas',
          statusReplicasPath: '.status.replicas',
          labelSelectorPath: '.status.selector',
        },
      },
    });
    expect(current?.schema.openAPIV3Schema).toMatchObject({
      description: 'A policy.',
      'x-kubernetes-validations': [{ rule: 'self.metadata.name.size() < 20', message: 'name is too long' }],
    });
  });
});

describe('nodes become the schema that controller-gen emits', () => {
  it.each([
    [
      'int-or-string',
      k.intOrString(),
      { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true },
    ],
    ['a raw extension', k.preserveUnknown(), { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }],
    ['any JSON', k.json(), { 'x-kubernetes-preserve-unknown-fields': true }],
    ['bytes', k.bytes(), { type: 'string', format: 'byte' }],
    ['a map', k.record(k.string()), { type: 'object', additionalProperties: { type: 'string' } }],
    ['a set', k.set(k.string()), { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' }],
    [
      'exclusive bounds',
      k.number().exclusiveMin(0).exclusiveMax(1).multipleOf(0.5),
      { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true, multipleOf: 0.5 },
    ],
    [
      'an embedded resource',
      k.embeddedResource(),
      { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    ],
    [
      'an immutable field',
      k.string().immutable(),
      {
        type: 'string',
        'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'field is immutable' }],
      },
    ],
  ])('%s', (_name, node, schema) => {
    expect(node.schema).toEqual(schema);
  });

  it('an optional immutable field, which must not go away either', () => {
    const node = k.object({ a: k.string().immutable().optional(), b: k.string().immutable() });
    expect(node.schema['x-kubernetes-validations']).toEqual([
      { rule: '!has(oldSelf.a) || has(self.a)', message: 'field a is immutable once set' },
    ]);
  });

  it('one-of rules', () => {
    const fields = { a: k.string().optional(), b: k.string().optional(), 'c-d': k.string().optional() };
    const node = k.object(fields).exactlyOneOf('a', 'b').atMostOneOf('b', 'c-d').atLeastOneOf('a', 'b');
    expect(node.schema['x-kubernetes-validations']).toEqual([
      { rule: '(has(self.a)?1:0)+(has(self.b)?1:0) == 1', message: 'exactly one of the fields in [a b] must be set' },
      {
        rule: '(has(self.b)?1:0)+(has(self.c__dash__d)?1:0) <= 1',
        message: 'at most one of the fields in [b c-d] may be set',
      },
      { rule: 'has(self.a)||has(self.b)', message: 'at least one of the fields in [a b] must be set' },
    ]);
  });
});

function objectReference() {
  const text = k.string().optional();
  return k
    .object({
      apiVersion: text,
      fieldPath: text,
      kind: text,
      name: text,
      namespace: text,
      resourceVersion: text,
      uid: text,
    })
    .atomic();
}
