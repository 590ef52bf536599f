import { decodeObject, deepFreeze, type JsonObject, mutableCopy } from '@opwright/machinery';
import { describe, expect, it } from 'vitest';
import { serviceAllocator } from '../allocator.ts';
import { builtinKinds } from '../builtin.ts';
import type { MutableObject, ServedKind } from '../kind.ts';
import { at, items } from '../tree.ts';

const context = {
  nowMs: 0,
  user: { name: 'u', groups: [] },
  allocator: serviceAllocator(() => []),
  newUid: () => 'uid',
  dryRun: false,
  subresource: '',
  warn() {},
};

function served(apiVersion: string, name: string): ServedKind {
  const kind = builtinKinds().find((k) => k.apiVersion === apiVersion && k.kind === name);
  if (kind === undefined) throw new Error(`${apiVersion} ${name}`);
  return kind;
}

function create(kind: ServedKind, body: JsonObject): JsonObject {
  const object = decodeObject(kind.type, {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: { name: 'x', uid: 'u' },
    ...body,
  }).object as MutableObject;
  kind.setDefaults(object);
  kind.prepareForCreate(object, context);
  return deepFreeze(object) as JsonObject;
}

function update(kind: ServedKind, old: JsonObject, change: (object: MutableObject) => void): JsonObject {
  const object = mutableCopy(old) as MutableObject;
  change(object);
  kind.setDefaults(object);
  kind.prepareForUpdate(object, old, context);
  return object as JsonObject;
}

const specOf = (object: MutableObject) => object.spec as MutableObject;

describe('strategies of built-in kinds', () => {
  it('take no status from a creator, and none from an update of the object itself', () => {
    const deployments = served('apps/v1', 'Deployment');
    const made = create(deployments, { spec: {}, status: { replicas: 7 } });
    expect(made.status).toBeUndefined();
    const changed = update(deployments, made, (object) => {
      object.status = { replicas: 7 };
    });
    expect(changed.status).toBeUndefined();
    expect(create(served('v1', 'Node'), { status: { phase: 'Running' } }).status).toEqual({ phase: 'Running' });
  });

  it.each([
    ['Guaranteed', { limits: { cpu: '1', memory: '1Gi' } }],
    ['Burstable', { limits: { cpu: '1' } }],
    ['BestEffort', {}],
  ])('find that a pod is %s', (qosClass, resources) => {
    const pod = create(served('v1', 'Pod'), { spec: { containers: [{ name: 'c', image: 'i', resources }] } });
    expect(at(pod, 'status')).toMatchObject({ phase: 'Pending', qosClass });
  });

  it('give time only to pods that run', () => {
    const { gracePeriodSeconds } = served('v1', 'Pod');
    const pod = (nodeName: string, phase: string) => ({
      spec: { nodeName, terminationGracePeriodSeconds: 30 },
      status: { phase },
    });
    expect([pod('', 'Pending'), pod('n', 'Running'), pod('n', 'Failed')].map((p) => gracePeriodSeconds?.(p))).toEqual([
      0, 30, 0,
    ]);
  });

  it('count the rollouts of a DaemonSet in its annotation', () => {
    const kind = served('apps/v1', 'DaemonSet');
    const made = create(kind, { spec: { template: { spec: { containers: [{ name: 'c', image: 'a' }] } } } });
    const generation = (object: JsonObject) =>
      at(object, 'metadata', 'annotations')?.['deprecated.daemonset.template.generation'];
    expect(generation(made)).toBe('1');
    expect(generation(update(kind, made, (object) => Object.assign(specOf(object), { minReadySeconds: 3 })))).toBe('1');
    const rolled = update(kind, made, (object) =>
      Object.assign(specOf(object), { template: { spec: { containers: [{ name: 'c', image: 'b' }] } } }),
    );
    expect(generation(rolled)).toBe('2');
  });

  it('hold a namespace until its content has gone', () => {
    const kind = served('v1', 'Namespace');
    const namespace = mutableCopy(create(kind, {})) as MutableObject;
    expect(namespace).toMatchObject({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
    expect(kind.beginDeletion?.(namespace, 0)).toBe(true);
    expect(namespace.status).toEqual({ phase: 'Terminating' });
    namespace.spec = {};
    expect(kind.beginDeletion?.(namespace, 0)).toBe(false);
  });

  describe('of services', () => {
    const kind = served('v1', 'Service');
    const nodePort = create(kind, { spec: { type: 'NodePort', ports: [{ port: 80 }] } });
    const portOf = (object: JsonObject) => items(at(object, 'spec'), 'ports')[0]?.nodePort;

    it('keep addresses and node ports that an update does not name', () => {
      const changed = update(kind, nodePort, (object) => {
        const spec = specOf(object);
        delete spec.clusterIP;
        delete spec.clusterIPs;
        spec.ports = [{ port: 80 }];
      });
      expect(at(changed, 'spec')?.clusterIP).toBe(at(nodePort, 'spec')?.clusterIP);
      expect(portOf(changed)).toBe(portOf(nodePort));
    });

    it('drop what the new type has no use for', () => {
      const clusterIP = update(kind, nodePort, (object) => Object.assign(specOf(object), { type: 'ClusterIP' }));
      expect(portOf(clusterIP)).toBeUndefined();
      expect(at(clusterIP, 'spec')?.externalTrafficPolicy).toBeUndefined();
      const external = update(kind, nodePort, (object) =>
        Object.assign(specOf(object), { type: 'ExternalName', externalName: 'a.b' }),
      );
      expect(at(external, 'spec')).not.toHaveProperty('clusterIP');
      expect(kind.validate(external)).toEqual([]);
    });

    it('allocate what the new type needs', () => {
      const plain = create(kind, { spec: { ports: [{ port: 80 }] } });
      expect(portOf(plain)).toBeUndefined();
      expect(
        portOf(update(kind, plain, (object) => Object.assign(specOf(object), { type: 'NodePort' }))),
      ).toBeGreaterThanOrEqual(30000);
      const external = create(kind, { spec: { type: 'ExternalName', externalName: 'a.b' } });
      const back = update(kind, external, (object) =>
        Object.assign(specOf(object), { type: 'ClusterIP', ports: [{ port: 80 }] }),
      );
      expect(at(back, 'spec')?.clusterIP).toMatch(/^10\.0\./);
    });
  });

  it('name the version in which a definition stores its objects, for ever', () => {
    const kind = served('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
    const versions = (storage: string) =>
      ['v1', 'v2'].map((name) => ({ name, served: true, storage: name === storage }));
    const made = create(kind, {
      spec: { group: 'ex.io', scope: 'Namespaced', names: { kind: 'Foo', plural: 'foos' }, versions: versions('v1') },
    });
    expect(at(made, 'status')?.storedVersions).toEqual(['v1']);
    expect(at(made, 'spec', 'names')).toEqual({ kind: 'Foo', plural: 'foos', singular: 'foo', listKind: 'FooList' });
    const moved = update(kind, made, (object) => Object.assign(specOf(object), { versions: versions('v2') }));
    expect(at(moved, 'status')?.storedVersions).toEqual(['v1', 'v2']);
  });
});
