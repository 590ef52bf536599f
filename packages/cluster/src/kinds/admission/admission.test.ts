import type { JsonObject } from '@opwright/machinery';
import { describe, expect, it } from 'vitest';
import { pluginsOn } from '../../../test/support/plugins.ts';
import type { AdmissionAttributes } from '../../api/admission/admission.ts';
import { builtinKinds } from '../builtin.ts';
import type { MutableObject } from '../kind.ts';
import type { Lookup } from './lookup.ts';

function attributes(kindName: string, operation: AdmissionAttributes['operation'] = 'CREATE'): AdmissionAttributes {
  const kind = builtinKinds().find((k) => k.kind === kindName);
  if (kind === undefined) throw new Error(kindName);
  const user = { name: 'admin', groups: [] };
  return {
    operation,
    kind,
    subresource: '',
    namespace: 'ns',
    name: 'x',
    user,
    dryRun: false,
    options: {},
    warn: () => {},
  };
}

function lookup(objects: Readonly<Record<string, readonly JsonObject[]>>): Lookup {
  const list = (storage: string) => objects[storage] ?? [];
  return {
    list,
    within: list,
    get: (storage, _namespace, name) => list(storage).find((object) => (object.metadata as JsonObject).name === name),
  };
}

async function admit(
  kindName: string,
  object: MutableObject,
  objects: Readonly<Record<string, readonly JsonObject[]>>,
): Promise<MutableObject> {
  await pluginsOn(lookup(objects)).mutate(attributes(kindName), object);
  return object;
}

const pod = (spec: MutableObject = {}): MutableObject => ({
  metadata: { name: 'x' },
  spec: { containers: [{ name: 'c' }], ...spec },
});
const accounts = { serviceaccounts: [{ metadata: { name: 'default' } }] };

describe('admission of built-in kinds', () => {
  it('refuses a pod whose service account is missing, where that plugin works', async () => {
    await expect(admit('Pod', pod(), {})).rejects.toThrow(
      'pods "x" is forbidden: error looking up service account ns/default: serviceaccount "default" not found',
    );
    const alone = pod();
    await pluginsOn(lookup({}), ['ServiceAccount']).mutate(attributes('Pod'), alone);
    expect(alone.spec).not.toHaveProperty('serviceAccountName');
  });

  it('mounts no token where the pod, or else its account, does not want one', async () => {
    const unwilling = { serviceaccounts: [{ metadata: { name: 'default' }, automountServiceAccountToken: false }] };
    expect((await admit('Pod', pod({ automountServiceAccountToken: false }), accounts)).spec).not.toHaveProperty(
      'volumes',
    );
    expect((await admit('Pod', pod(), unwilling)).spec).not.toHaveProperty('volumes');
    expect((await admit('Pod', pod({ automountServiceAccountToken: true }), unwilling)).spec).toHaveProperty('volumes');
  });

  it('gives a pod the priority of its class', async () => {
    const classes = {
      ...accounts,
      'priorityclasses.scheduling.k8s.io': [
        { metadata: { name: 'low' }, value: 1, globalDefault: true, preemptionPolicy: 'PreemptLowerPriority' },
        { metadata: { name: 'high' }, value: 9, preemptionPolicy: 'Never' },
      ],
    };
    expect((await admit('Pod', pod(), classes)).spec).toMatchObject({
      priority: 1,
      priorityClassName: 'low',
      preemptionPolicy: 'PreemptLowerPriority',
    });
    expect((await admit('Pod', pod({ priorityClassName: 'high' }), classes)).spec).toMatchObject({
      priority: 9,
      preemptionPolicy: 'Never',
    });
    await expect(admit('Pod', pod({ priorityClassName: 'nope' }), classes)).rejects.toThrow(
      'pods "x" is forbidden: no PriorityClass with name nope was found',
    );
  });

  it('leaves tolerations alone that a pod has itself', async () => {
    const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
    const { spec } = await admit('Pod', pod({ tolerations: [own] }), accounts);
    expect(
      (spec as { tolerations: JsonObject[] }).tolerations.map(({ tolerationSeconds }) => tolerationSeconds),
    ).toEqual([5, 300]);
  });

  it('gives claims the newest default class', async () => {
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    const classes = {
      'storageclasses.storage.k8s.io': [
        { metadata: { name: 'old', annotations, creationTimestamp: '2026-01-01T00:00:00Z' } },
        { metadata: { name: 'new', annotations, creationTimestamp: '2026-01-02T00:00:00Z' } },
        { metadata: { name: 'other', creationTimestamp: '2026-01-03T00:00:00Z' } },
      ],
    };
    expect((await admit('PersistentVolumeClaim', { metadata: {} }, classes)).spec).toEqual({ storageClassName: 'new' });
    const explicit = await admit('PersistentVolumeClaim', { metadata: {}, spec: { storageClassName: '' } }, classes);
    expect(explicit.spec).toEqual({ storageClassName: '' });
  });

  describe('by limit ranges', () => {
    const range = (limit: JsonObject) => ({
      ...accounts,
      limitranges: [{ metadata: { name: 'l', namespace: 'ns' }, spec: { limits: [limit] } }],
    });

    it('fills in what a container does not say, and notes it', async () => {
      const limit = { type: 'Container', default: { cpu: '1', memory: '1Gi' }, defaultRequest: { cpu: '100m' } };
      const admitted = await admit(
        'Pod',
        pod({ containers: [{ name: 'c', resources: { limits: { cpu: '2' } } }] }),
        range(limit),
      );
      expect((admitted.spec as { containers: object[] }).containers[0]).toMatchObject({
        resources: { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '100m' } },
      });
      expect((admitted.metadata as MutableObject).annotations).toEqual({
        'kubernetes.io/limit-ranger':
          'LimitRanger plugin set: cpu request for container c; memory limit for container c',
      });
    });

    it('refuses what is too much', () => {
      const limit = { type: 'Container', max: { cpu: '1' } };
      const big = {
        metadata: { name: 'x' },
        spec: { containers: [{ name: 'c', resources: { limits: { cpu: '2' } } }] },
      };
      expect(() => pluginsOn(lookup(range(limit))).validate(attributes('Pod'), big)).toThrow(
        'pods "x" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
      );
    });
  });
});
