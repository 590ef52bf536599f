import { decodeObject, type JsonObject } from '@opwright/machinery';
import { describe, expect, it } from 'vitest';
import { builtinKinds } from '../../builtin.ts';
import type { MutableObject } from '../../kind.ts';

const kind = builtinKinds().find((k) => k.kind === 'CustomResourceDefinition');

const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } };
const v1 = { name: 'v1', served: true, storage: true, schema };

function definition(spec: JsonObject, metadata: JsonObject = {}): JsonObject {
  const body = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'ws.ex.io', ...metadata },
    spec: { group: 'ex.io', scope: 'Namespaced', names: { kind: 'W', plural: 'ws' }, versions: [v1], ...spec },
  };
  if (kind === undefined) throw new Error('not served');
  const object = decodeObject(kind.type, body).object as MutableObject;
  kind.setDefaults(object);
  return { ...(object as JsonObject), status: { storedVersions: ['v1'] } };
}

function errors(spec: JsonObject, metadata: JsonObject = {}): string[] | undefined {
  return kind?.validate(definition(spec, metadata)).map(({ field, message }) => `${field}: ${message}`);
}

const withSchema = (openAPIV3Schema: JsonObject) => ({ versions: [{ ...v1, schema: { openAPIV3Schema } }] });

// The texts are those that a real API server answered.
describe('validation of a CustomResourceDefinition', () => {
  it('accepts a sound one', () => {
    expect(errors({})).toEqual([]);
  });

  it('wants the name to be made of plural and group', () => {
    expect(errors({}, { name: 'zzz' })).toEqual([
      'metadata.name: Invalid value: "zzz": must be spec.names.plural+"."+spec.group',
    ]);
  });

  it('protects the groups of Kubernetes', () => {
    expect(errors({ group: 'foo.k8s.io' }, { name: 'ws.foo.k8s.io' })).toEqual([
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ]);
  });

  it('wants a structural schema for every version', () => {
    expect(errors({ versions: [{ name: 'v1', served: true, storage: true }] })).toEqual([
      'spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required',
    ]);
    expect(errors(withSchema({ properties: { spec: { type: 'object' } } }))).toEqual([
      'spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root',
    ]);
    const bad = { openAPIV3Schema: { type: 'object', properties: { spec: {} } } };
    const v2 = { name: 'v2', served: true, storage: false, schema: bad };
    expect(errors({ versions: [v1, v2] })).toEqual([
      'spec.versions[1].schema.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields',
    ]);
  });

  it('checks the paths of the scale subresource', () => {
    const scale = { specReplicasPath: 'spec.x' };
    expect(errors({ versions: [{ ...v1, subresources: { scale } }] })).toEqual([
      'spec.subresources.scale.specReplicasPath: Invalid value: "spec.x": must be a simple json path starting with .',
      'spec.subresources.scale.statusReplicasPath: Required value',
    ]);
  });

  it('refuses to keep unknown fields everywhere', () => {
    expect(errors({ preserveUnknownFields: true })).toEqual([
      'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ]);
  });

  it('keeps what stored objects rely on, once they can exist', () => {
    const old = {
      ...definition({}),
      status: { conditions: [{ type: 'Established', status: 'True' }], storedVersions: ['v1'] },
    };
    const changed = definition({ scope: 'Cluster', names: { kind: 'Zz', plural: 'ws' } });
    expect(kind?.validateUpdate(changed, old).map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'spec.scope: Invalid value: "Cluster": field is immutable',
      'spec.names.kind: Invalid value: "Zz": field is immutable',
    ]);
    const moved = {
      ...definition({ versions: [{ ...v1, name: 'v2' }] }),
      status: { ...old.status, storedVersions: ['v1', 'v2'] },
    };
    expect(kind?.validate(moved).map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'status.storedVersions[0]: Invalid value: "v1": must appear in spec.versions',
    ]);
  });
});
