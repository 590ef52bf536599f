import { describe, expect, test } from 'vitest';
import { deployment, service } from '../../test/reduced-types.ts';
import type { JsonObject } from '../json.ts';
import type { ManagedFieldsEntry } from '../meta.ts';
import { type Status, StatusError } from '../status.ts';
import { deepFreeze } from '../trees/deep-freeze.ts';
import { type ApplyRequest, finishApply, prepareApply } from './apply.ts';
import { namedFields } from './field-manager.ts';
import { updateWithManager } from './update.ts';

/** What a real API server answered to a sequence of applies on a Deployment and on a Service. */

type Given = Partial<ApplyRequest> & Pick<ApplyRequest, 'manager' | 'config'>;

const NOW = '2026-11-20T17:26:30Z';

function apply(given: Given): JsonObject {
  const request: ApplyRequest = {
    type: deployment,
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    live: undefined,
    now: NOW,
    resetFields: namedFields('status'),
    ...given,
  };
  const prepared = prepareApply(request);
  return deepFreeze(finishApply(prepared, withDefaults(prepared.object))) as JsonObject;
}

/** A stand-in for decoding and defaulting. */
function withDefaults(object: JsonObject): JsonObject {
  const copy = JSON.parse(JSON.stringify(object), (_key, value: unknown) => value ?? undefined) as {
    kind: string;
    spec: {
      replicas?: number;
      template: { spec: { containers: { ports?: { protocol?: string }[]; resources?: object }[] } };
      ports?: { protocol?: string }[];
    };
  };
  if (copy.kind === 'Deployment') {
    copy.spec.replicas ??= 1;
    for (const container of copy.spec.template.spec.containers) {
      container.resources ??= {};
      for (const port of container.ports ?? []) port.protocol ??= 'TCP';
    }
  }
  for (const port of copy.spec.ports ?? []) port.protocol ??= 'TCP';
  return copy as unknown as JsonObject;
}

function refusal(given: Given): Status {
  try {
    apply(given);
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const managed = (object: JsonObject) =>
  (object.metadata as unknown as { managedFields: ManagedFieldsEntry[] }).managedFields.map(
    ({ manager, operation, subresource, fieldsV1 }) => [manager, operation, subresource ?? null, fieldsV1],
  );
const containersOf = (object: JsonObject) =>
  (object.spec as { template: { spec: { containers: JsonObject[] } } }).template.spec.containers;
const specOf = (object: JsonObject) => object.spec as JsonObject;

function config(spec: JsonObject, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', ...metadata }, spec };
}

const selector = { matchLabels: { app: 'd' } };
const template = (spec: JsonObject) => ({ metadata: { labels: { app: 'd' } }, spec });

const m1First = config({
  replicas: 0,
  selector,
  template: template({
    containers: [
      {
        name: 'a',
        image: 'i:1',
        ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }],
        env: [{ name: 'X', value: '1' }],
      },
      { name: 'b', image: 'i' },
    ],
  }),
});
const m2Config = config(
  {
    template: {
      spec: {
        containers: [
          { name: 'a', env: [{ name: 'Y', value: '2' }] },
          { name: 'c', image: 'z' },
        ],
        imagePullSecrets: [{ name: 's' }],
        tolerations: [{ key: 'k' }],
      },
    },
  },
  { finalizers: ['ex.io/a'], ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'u' }] },
);
const m1Second = config({ selector, template: template({ containers: [{ name: 'a', image: 'i:2' }] }) });
const m3Config = config({ replicas: 2, selector, template: template({ containers: [{ name: 'a', image: 'i:2' }] }) });

const m1Owns = {
  'f:spec': {
    'f:replicas': {},
    'f:selector': {},
    'f:template': {
      'f:metadata': { 'f:labels': { 'f:app': {} } },
      'f:spec': {
        'f:containers': {
          'k:{"name":"a"}': {
            '.': {},
            'f:env': { 'k:{"name":"X"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
            'f:image': {},
            'f:name': {},
            'f:ports': {
              'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
              'k:{"containerPort":80,"protocol":"UDP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} },
            },
          },
          'k:{"name":"b"}': { '.': {}, 'f:image': {}, 'f:name': {} },
        },
      },
    },
  },
};
const m2Owns = {
  'f:metadata': {
    'f:finalizers': { 'v:"ex.io/a"': {} },
    'f:ownerReferences': { 'k:{"uid":"u"}': {} },
  },
  'f:spec': {
    'f:template': {
      'f:spec': {
        'f:containers': {
          'k:{"name":"a"}': {
            '.': {},
            'f:env': { 'k:{"name":"Y"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
            'f:name': {},
          },
          'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {} },
        },
        'f:imagePullSecrets': { 'k:{"name":"s"}': {} },
        'f:tolerations': {},
      },
    },
  },
};
const m1OwnsLess = {
  'f:spec': {
    'f:selector': {},
    'f:template': {
      'f:metadata': { 'f:labels': { 'f:app': {} } },
      'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
    },
  },
};
const controllerOwns = {
  'f:metadata': { 'f:annotations': { '.': {}, 'f:deployment.kubernetes.io/revision': {} } },
  'f:status': {
    'f:conditions': {
      '.': {},
      'k:{"type":"Available"}': { '.': {}, 'f:reason': {}, 'f:status': {}, 'f:type': {} },
    },
    'f:observedGeneration': {},
    'f:replicas': {},
  },
};

describe('a Deployment', () => {
  const first = apply({ manager: 'm1', config: m1First });
  const second = apply({ manager: 'm2', live: first, config: m2Config });
  const reported = deepFreeze(
    updateWithManager({
      type: deployment,
      apiVersion: 'apps/v1',
      subresource: 'status',
      manager: 'kube-controller-manager',
      now: NOW,
      live: second,
      next: {
        ...second,
        metadata: { ...(second.metadata as JsonObject), annotations: { 'deployment.kubernetes.io/revision': '1' } },
        status: {
          observedGeneration: 1,
          replicas: 1,
          conditions: [{ type: 'Available', status: 'True', reason: 'R' }],
        },
      },
      resetFields: namedFields('spec', 'metadata.labels'),
    }),
  ) as JsonObject;
  const third = apply({ manager: 'm1', live: reported, config: m1Second });
  const fourth = apply({ manager: 'm3', live: third, config: m3Config, force: true });

  test('the first applier owns exactly what it applied, ports by their defaulted keys', () => {
    expect(managed(first)).toEqual([['m1', 'Apply', null, m1Owns]]);
    expect(JSON.stringify(managed(first)[0]![3])).toBe(JSON.stringify(m1Owns));
  });

  test('a second applier adds to lists and shares what it names', () => {
    expect(containersOf(second).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(containersOf(second)[0]!.env).toEqual([
      { name: 'X', value: '1' },
      { name: 'Y', value: '2' },
    ]);
    expect(managed(second)).toEqual([
      ['m1', 'Apply', null, m1Owns],
      ['m2', 'Apply', null, m2Owns],
    ]);
  });

  test('a controller owns the status it reported through the subresource', () => {
    expect(managed(reported).at(-1)).toEqual(['kube-controller-manager', 'Update', 'status', controllerOwns]);
  });

  test('what the first applier drops goes, defaults come back, what the second owns stays', () => {
    expect(containersOf(third)).toEqual([
      { name: 'a', image: 'i:2', env: [{ name: 'Y', value: '2' }], resources: {} },
      { name: 'c', image: 'z', resources: {} },
    ]);
    expect(specOf(third).replicas).toBe(1);
    expect(managed(third)).toEqual([
      ['m1', 'Apply', null, m1OwnsLess],
      ['m2', 'Apply', null, m2Owns],
      ['kube-controller-manager', 'Update', 'status', controllerOwns],
    ]);
  });

  test('a third applier shares equal values', () => {
    expect(specOf(fourth).replicas).toBe(2);
    expect(managed(fourth)).toEqual([
      ['m1', 'Apply', null, m1OwnsLess],
      ['m2', 'Apply', null, m2Owns],
      ['m3', 'Apply', null, { 'f:spec': { 'f:replicas': {}, ...m1OwnsLess['f:spec'] } }],
      ['kube-controller-manager', 'Update', 'status', controllerOwns],
    ]);
  });

  test('a status that a controller owns is in conflict on the status endpoint', () => {
    const given = {
      manager: 'st',
      live: fourth,
      subresource: 'status',
      resetFields: namedFields('spec'),
      config: { ...config({}), status: { replicas: 7 } },
    };
    expect(refusal(given)).toEqual(
      conflict('"kube-controller-manager" with subresource "status" using apps/v1', '.status.replicas'),
    );
  });

  test('a status is ignored on the main endpoint', () => {
    const applied = apply({ manager: 'st', live: fourth, config: { ...config({}), status: { replicas: 7 } } });
    expect(managed(applied).find(([manager]) => manager === 'st')).toEqual(['st', 'Apply', null, { 'f:spec': {} }]);
  });

  test('another value and null are both in conflict with the owner', () => {
    for (const replicas of [5, null]) {
      const given = { manager: 'nul', live: fourth, config: config({ replicas }) };
      expect(refusal(given)).toEqual(conflict('"m3"', '.spec.replicas'));
    }
  });

  function conflict(manager: string, field: string) {
    const message = `conflict with ${manager}`;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: `Apply failed with 1 conflict: ${message}: ${field}`,
      reason: 'Conflict',
      details: { causes: [{ reason: 'FieldManagerConflict', message, field }] },
      code: 409,
    };
  }

  describe('a configuration that does not fit', () => {
    const containers = (list: unknown) => config({ selector, template: template({ containers: list } as JsonObject) });
    const refused = (list: unknown) => refusal({ manager: 'm1', live: fourth, config: containers(list) });
    const prefix = 'failed to create typed patch object (/d; apps/v1, Kind=Deployment): ';

    test.each<[string, unknown, string]>([
      [
        'an item twice',
        [{ name: 'a' }, { name: 'a' }],
        '.spec.template.spec.containers: duplicate entries for key [name="a"]',
      ],
      ['a text for a list', 'notalist', '.spec.template.spec.containers: expected list, got &{notalist}'],
      [
        'a number for a text',
        [{ name: 'a', image: 5 }],
        '.spec.template.spec.containers[name="a"].image: expected string, got &value.valueUnstructured{Value:5}',
      ],
      [
        'several mismatches',
        [
          { name: 'a', image: true },
          { name: 'a', ports: {} },
        ],
        [
          'errors:',
          '  .spec.template.spec.containers[name="a"].image: expected string, got &value.valueUnstructured{Value:true}',
          '  .spec.template.spec.containers: duplicate entries for key [name="a"]',
          '  .spec.template.spec.containers[name="a"].ports: expected list, got &{map[]}',
        ].join('\n'),
      ],
    ])('%s', (_what, list, message) => {
      expect(refused(list)).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: prefix + message,
        code: 500,
      });
    });

    test('an item without its key has the empty one, which is left to validation', () => {
      const applied = apply({ manager: 'm4', live: fourth, config: containers([{ name: 'a' }, { image: 'x' }]) });
      expect(containersOf(applied).map(({ name }) => name)).toEqual(['a', 'c', undefined]);
      expect(JSON.stringify(managed(applied))).toContain('k:{\\"name\\":\\"\\"}');
    });
  });
});

describe('a Service', () => {
  const base = { type: service, apiVersion: 'v1', kind: 'Service' };
  const serviceConfig = (spec: JsonObject): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec,
  });
  const first = apply({
    ...base,
    manager: 'a',
    config: serviceConfig({ ports: [{ name: 'x', port: 80 }], selector: { a: '1' } }),
  });
  const aOwns = {
    'f:spec': {
      'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} } },
      'f:selector': {},
    },
  };

  test('the selector is owned as one value', () => {
    expect(managed(first)).toEqual([['a', 'Apply', null, aOwns]]);
  });

  test('so that adding to it is a conflict', () => {
    const given = {
      ...base,
      live: first,
      manager: 'b',
      config: serviceConfig({ ports: [{ name: 'y', port: 81 }], selector: { b: '1' } }),
    };
    expect(refusal(given).message).toBe('Apply failed with 1 conflict: conflict with "a": .spec.selector');
  });

  test('a port is added after the others', () => {
    const second = apply({
      ...base,
      live: first,
      manager: 'b',
      config: serviceConfig({ ports: [{ name: 'y', port: 81 }] }),
    });
    expect(specOf(second).ports).toEqual([
      { name: 'x', port: 80, protocol: 'TCP' },
      { name: 'y', port: 81, protocol: 'TCP' },
    ]);
    expect(managed(second)).toEqual([
      ['a', 'Apply', null, aOwns],
      [
        'b',
        'Apply',
        null,
        { 'f:spec': { 'f:ports': { 'k:{"port":81,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} } } } },
      ],
    ]);
  });
});
