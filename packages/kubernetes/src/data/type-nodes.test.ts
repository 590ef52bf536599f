import { fieldAt, type StructNode, typeAt } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { servedResources } from './resources.ts';
import { builtinType, builtinTypes, typeOf } from './type-nodes.ts';

const structs = [...builtinTypes()].filter((entry): entry is [string, StructNode] => entry[1].node === 'struct');

describe('the struct of a kind', () => {
  test('is there for everything served, its lists and the bodies of its subresources', () => {
    for (const { groupVersion, resources } of servedResources()) {
      for (const { kind, verbs, subresources = [] } of resources) {
        expect(typeOf(groupVersion, kind)?.fields.has('metadata')).toBe(true);
        if (verbs.includes('list')) expect(typeOf(groupVersion, `${kind}List`)?.fields.has('items')).toBe(true);
        for (const { group, version, kind: body } of subresources) {
          if (/Options$/.test(body)) continue; // exec, attach, proxy…: query parameters, not bodies
          const apiVersion = version === undefined ? groupVersion : group ? `${group}/${version}` : version;
          expect(typeOf(apiVersion, body)?.name).toBe(body);
        }
      }
    }
  });

  test('is that of meta/v1 for options and answers, whatever group a client names', () => {
    const options = builtinType('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions');
    for (const apiVersion of ['v1', 'apps/v1', 'meta.k8s.io/v1', 'policy/v1beta1', 'example.com/v2']) {
      expect(typeOf(apiVersion, 'DeleteOptions')).toBe(options);
    }
    for (const kind of [
      'CreateOptions',
      'UpdateOptions',
      'PatchOptions',
      'ListOptions',
      'Status',
      'Table',
      'PartialObjectMetadata',
    ]) {
      expect(typeOf('meta.k8s.io/v1', kind)?.name).toBe(kind);
    }
  });

  test('is not there for anything else', () => {
    expect(typeOf('v1', 'Deployment')).toBeUndefined();
    expect(typeOf('example.com/v1', 'Foo')).toBeUndefined();
    expect(typeOf('v1', 'PodSpec')).toBeUndefined();
    expect(typeOf('v1', 'ObjectMeta')).toBeUndefined();
    expect(builtinType('__proto__')).toBeUndefined();
  });
});

describe('types', () => {
  test('are built once: the graph shares its nodes and closes its cycles', () => {
    const props = builtinType('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps')!;
    expect(typeAt(props, ['properties', 'x', 'not'])).toBe(props);
    expect(typeAt(typeOf('v1', 'Pod')!, ['spec'])).toBe(
      typeAt(typeOf('apps/v1', 'Deployment')!, ['spec', 'template', 'spec']),
    );
  });

  test('all resolve: no field refers to something that is not there', () => {
    let fields = 0;
    for (const [, struct] of structs) {
      for (const field of struct.fields.values()) {
        expect(field.type.node).toBeDefined();
        expect(field.goType).toMatch(/^(\[\]|map\[string\])*(\w+\.)?\w+$|^\[\]uint8$|^map\[string\]\[\]uint8$/);
        fields++;
      }
    }
    expect(fields).toBeGreaterThan(2200);
  });

  test('know how server-side apply and strategic merge see their lists', () => {
    const pod = typeOf('v1', 'Pod')!;
    expect(typeAt(pod, ['spec', 'containers', 0, 'ports'])).toMatchObject({
      listType: 'map',
      keys: ['containerPort', 'protocol'],
    });
    expect(typeAt(pod, ['metadata', 'finalizers'])).toMatchObject({ listType: 'set' });
    expect(typeAt(pod, ['spec', 'tolerations'])).toMatchObject({ listType: 'atomic' });
    expect(fieldAt(pod, ['spec', 'volumes'])).toMatchObject({
      patchStrategy: ['merge', 'retainKeys'],
      patchMergeKey: 'name',
    });
    expect(fieldAt(pod, ['spec', 'tolerations'])).toMatchObject({ patchStrategy: [] });
    expect(fieldAt(pod, ['spec', 'containers', 0, 'ports', 0, 'protocol'])).toMatchObject({ default: 'TCP' });
  });

  test('are atomic where the schema says so, a field may say otherwise', () => {
    expect(typeAt(typeOf('v1', 'Service')!, ['spec', 'selector'])).toMatchObject({ atomic: true });
    expect(typeAt(typeOf('v1', 'Event')!, ['involvedObject'])).toMatchObject({ name: 'ObjectReference', atomic: true });
    expect(typeAt(typeOf('v1', 'PersistentVolume')!, ['spec', 'claimRef'])).toMatchObject({
      name: 'ObjectReference',
      atomic: false,
    });
  });
});

describe('what is written for an absent value', () => {
  const absent = (apiVersion: string, kind: string, ...path: (string | number)[]) =>
    fieldAt(typeOf(apiVersion, kind)!, path)?.whenAbsent;

  test.each([
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'status', 'storedVersions'],
    ['rbac.authorization.k8s.io/v1', 'Role', 'rules'],
    ['rbac.authorization.k8s.io/v1', 'Role', 'rules', 0, 'verbs'],
    ['autoscaling/v2', 'HorizontalPodAutoscaler', 'status', 'currentMetrics'],
    ['discovery.k8s.io/v1', 'EndpointSlice', 'endpoints'],
    ['v1', 'Pod', 'spec', 'containers'],
    ['v1', 'Pod', 'metadata', 'creationTimestamp'],
    ['v1', 'Pod', 'status', 'conditions', 0, 'lastProbeTime'],
    ['apps/v1', 'StatefulSet', 'spec', 'selector'],
    ['apps/v1', 'ControllerRevision', 'data'],
    ['networking.k8s.io/v1', 'Ingress', 'spec', 'rules', 0, 'http', 'paths'],
    ['authentication.k8s.io/v1', 'TokenRequest', 'spec', 'boundObjectRef'],
    ['storage.k8s.io/v1', 'CSINode', 'spec', 'drivers'],
    ['v1', 'LimitRange', 'spec', 'limits'],
    ['certificates.k8s.io/v1', 'CertificateSigningRequest', 'spec', 'request'],
    ['apiextensions.k8s.io/v1', 'ConversionReview', 'response', 'convertedObjects'],
    ['meta.k8s.io/v1', 'Table', 'rows'],
    ['v1', 'PodList', 'items'],
  ] as [string, string, ...(string | number)[]][])('is null in %s %s', (apiVersion, kind, ...path) => {
    expect(absent(apiVersion, kind, ...path)).toBe('null');
  });

  test('is the zero value of structs, and of scalars without omitempty', () => {
    expect(absent('v1', 'Pod', 'spec', 'containers', 0, 'resources')).toBe('zero');
    expect(absent('v1', 'Pod', 'status')).toBe('zero');
    expect(absent('apps/v1', 'ReplicaSet', 'status', 'replicas')).toBe('zero');
    expect(absent('v1', 'Event', 'reportingComponent')).toBe('zero');
  });

  test('is nothing elsewhere', () => {
    expect(absent('apps/v1', 'Deployment', 'spec', 'replicas')).toBe('omit');
    expect(absent('v1', 'Pod', 'spec', 'volumes')).toBe('omit');
    expect(absent('v1', 'Pod', 'metadata', 'deletionTimestamp')).toBe('omit');
  });
});
