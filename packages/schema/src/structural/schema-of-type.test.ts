import { builtinType, builtinTypes } from '@opwright/kubernetes/data';
import { describe, expect, it } from 'vitest';
import { k } from '../index.ts';
import { checkStructural } from './check.ts';
import type { StructuralSchema } from './schema.ts';

function builtin(name: string): StructuralSchema {
  const type = builtinType(`io.k8s.api.${name}`);
  if (!type) throw new Error(`there is no ${name}`);
  return k.builtin(type).schema;
}

/** The schema at a path of properties; `[]` goes to the items. */
function at(schema: StructuralSchema, path: string): StructuralSchema | undefined {
  return path
    .split('.')
    .reduce<StructuralSchema | undefined>(
      (current, step) => (step === '[]' ? current?.items : current?.properties?.[step]),
      schema,
    );
}

describe('a built-in type inside a custom resource has the schema that controller-gen writes', () => {
  const jobTemplate = builtin('batch.v1.JobTemplateSpec');

  it.each([
    [
      'a list that is merged by several keys',
      'spec.template.spec.containers.[].ports',
      {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
      },
    ],
    ['a key with a default', 'spec.template.spec.containers.[].ports.[].protocol', { type: 'string', default: 'TCP' }],
    ['an object that is one value', 'spec.selector', { type: 'object', 'x-kubernetes-map-type': 'atomic' }],
    [
      'a map of quantities',
      'spec.template.spec.containers.[].resources.limits',
      {
        additionalProperties: {
          anyOf: [{ type: 'integer' }, { type: 'string' }],
          'x-kubernetes-int-or-string': true,
          pattern: k.quantity().schema.pattern,
        },
      },
    ],
    [
      'an int-or-string',
      'spec.template.spec.containers.[].livenessProbe.httpGet.port',
      { 'x-kubernetes-int-or-string': true },
    ],
    ['required fields', 'spec.template.spec', { required: ['containers'] }],
    ['an integer', 'spec.activeDeadlineSeconds', { type: 'integer', format: 'int64' }],
    ['the metadata of a template', 'spec.template.metadata', k.templateMeta().schema],
  ])('%s', (_name, path, schema) => {
    expect(at(jobTemplate, path)).toMatchObject(schema);
  });

  it('and no enums, which the built-in kind checks itself', () => {
    expect(JSON.stringify(jobTemplate)).not.toContain('"enum"');
  });

  it('or an Error with the place where the type contains itself', () => {
    const type = builtinType('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition');
    expect(() => type && k.builtin(type)).toThrow(/JSONSchemaProps contains itself; a structural schema cannot/);
  });
});

it('every built-in type of the workload groups makes a structural schema', () => {
  for (const [name, type] of builtinTypes()) {
    if (!/^io\.k8s\.api\.(?:core|apps|batch|networking|rbac|policy)\.v1\.\w+(?:Spec|Template)$/.test(name)) continue;
    const schema: StructuralSchema = { type: 'object', properties: { spec: k.builtin(type).schema } };
    expect(checkStructural(schema), name).toEqual([]);
  }
});
