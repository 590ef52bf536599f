import { describe, expect, test } from 'vitest';
import { configMap, deployment } from '../../test/reduced-types.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { Status } from '../status.ts';
import { deepFreeze } from '../trees/deep-freeze.ts';
import { StrategicMergeError } from './patch-error.ts';
import { strategicMergePatch } from './strategic-merge.ts';

const inPod = (spec: JsonObject): JsonObject => ({ spec: { template: { spec } } });

function patched(original: JsonObject, patch: JsonObject): JsonObject {
  return strategicMergePatch(deployment, deepFreeze(original), deepFreeze(patch));
}

function podSpec(object: JsonObject): JsonObject {
  const { template } = object.spec as { template: { spec: JsonObject } };
  return template.spec;
}

function answer(original: JsonObject, patch: JsonObject): Status {
  try {
    patched(original, patch);
  } catch (error) {
    if (error instanceof StrategicMergeError) return error.toStatusError(patch).status;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The Deployment that the recorded patches start from. */
const recorded: JsonObject = {
  metadata: { name: 'd', finalizers: ['ex.io/a'] },
  spec: {
    replicas: 2,
    template: {
      metadata: { labels: { app: 'd' } },
      spec: {
        containers: [
          { name: 'a', image: 'i:2', env: [{ name: 'Y', value: '2' }], resources: {} },
          { name: 'c', image: 'z', resources: {} },
        ],
        tolerations: [{ key: 'k' }],
      },
    },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
  },
};

describe('the recorded sequence of patches', () => {
  const names = (object: JsonObject) => (podSpec(object).containers as JsonObject[])?.map(({ name }) => name);
  const steps: [what: string, patch: JsonObject, check: (object: JsonObject) => void][] = [
    [
      'a new element of a merging list comes first',
      inPod({ containers: [{ name: 'n', image: 'n' }] }),
      (object) => expect(names(object)).toEqual(['n', 'a', 'c']),
    ],
    [
      'an element with $patch: delete goes',
      inPod({ containers: [{ name: 'n', $patch: 'delete' }] }),
      (object) => expect(names(object)).toEqual(['a', 'c']),
    ],
    [
      'lists within elements merge too',
      inPod({
        containers: [
          {
            name: 'a',
            env: [
              { name: 'Z', value: '1' },
              { name: 'Y', $patch: 'delete' },
            ],
          },
        ],
      }),
      (object) =>
        expect((podSpec(object).containers as JsonObject[])[0]).toEqual({
          name: 'a',
          image: 'i:2',
          env: [{ name: 'Z', value: '1' }],
          resources: {},
        }),
    ],
    [
      '$setElementOrder orders the merged list',
      inPod({
        '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }],
        containers: [{ name: 'c', image: 'zz' }],
      }),
      (object) => {
        expect(names(object)).toEqual(['c', 'a']);
        expect((podSpec(object).containers as JsonObject[])[0]!.image).toBe('zz');
      },
    ],
    [
      'a list without strategy is replaced',
      inPod({ tolerations: [{ key: 'r' }] }),
      (object) => expect(podSpec(object).tolerations).toEqual([{ key: 'r' }]),
    ],
    [
      '$patch: replace in a list replaces its elements',
      inPod({ containers: [{ $patch: 'replace' }, { name: 'only', image: 'o' }] }),
      (object) => expect(podSpec(object).containers).toEqual([{ name: 'only', image: 'o' }]),
    ],
    [
      'a merging list of scalars is a set, what is added comes first',
      { metadata: { finalizers: ['ex.io/b'] } },
      (object) => expect((object.metadata as JsonObject).finalizers).toEqual(['ex.io/b', 'ex.io/a']),
    ],
    [
      '$deleteFromPrimitiveList takes scalars away',
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['ex.io/a'] } },
      (object) => expect((object.metadata as JsonObject).finalizers).toEqual(['ex.io/b']),
    ],
    [
      '$retainKeys removes what it does not name',
      inPod({ $retainKeys: ['containers'], containers: [{ name: 'only' }] }),
      (object) => expect(podSpec(object)).toEqual({ containers: [{ name: 'only', image: 'o' }] }),
    ],
    [
      '$retainKeys makes one of several fields the only one',
      { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
      (object) => expect((object.spec as JsonObject).strategy).toEqual({ type: 'Recreate' }),
    ],
  ];

  let object = recorded;
  for (const [what, patch, check] of steps) {
    object = patched(object, patch);
    const result = object;
    test(what, () => check(result));
  }
});

describe('recorded errors', () => {
  test('an element without its merge key', () => {
    expect(answer(recorded, inPod({ containers: [{ image: 'x' }] }))).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'map: map[image:x] does not contain declared merge key: name',
      code: 500,
    });
  });

  test('a map in place of a list', () => {
    const why =
      'Invalid value: "map[spec:map[template:map[spec:map[containers:map[a:1]]]]]": cannot restore slice from map';
    expect(answer(recorded, inPod({ containers: { a: 1 } }))).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: ` "" is invalid: patch: ${why}`,
      reason: 'Invalid',
      details: { causes: [{ reason: 'FieldValueInvalid', message: why, field: 'patch' }] },
      code: 422,
    });
  });

  test('an unknown directive', () => {
    expect(answer(recorded, { spec: { template: { $patch: 'bogus' } } })).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'unknown patch type: bogus in map: map[$patch:bogus]',
      code: 500,
    });
  });
});

describe('other errors', () => {
  test.each<[string, JsonObject, number, string]>([
    ['$retainKeys that is no list', { spec: { $retainKeys: 'x' } }, 400, 'invalid patch format of retainKeys'],
    [
      '$retainKeys that misses a patched key',
      { spec: { $retainKeys: ['template'], replicas: 1 } },
      400,
      'invalid patch format of retainKeys',
    ],
    [
      '$setElementOrder without a list',
      { spec: { $setElementOrder: [] } },
      400,
      'invalid patch format of setElementOrder list',
    ],
    [
      '$deleteFromPrimitiveList without a list',
      { metadata: { $deleteFromPrimitiveList: ['a'] } },
      400,
      'invalid patch format of primitive list',
    ],
    [
      'an order that contradicts the patch',
      inPod({ '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'c', image: 'x' }] }),
      500,
      "The order in patch list:\n[map[image:x name:c]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
    ],
    [
      'an order for a field that does not exist',
      inPod({ '$setElementOrder/nope': ['a'] }),
      500,
      'unable to find api field in struct PodSpec for the json field "nope"',
    ],
    [
      'an order for an unknown directive in a list',
      inPod({ containers: [{ name: 'a', $patch: 'bogus' }] }),
      500,
      'unknown patch type: bogus in map: map[$patch:bogus name:a]',
    ],
    [
      '$patch: merge in a list',
      inPod({ containers: [{ name: 'a', $patch: 'merge' }] }),
      500,
      'merging lists cannot yet be specified in the patch',
    ],
    [
      'elements of several types',
      { metadata: { finalizers: [1] } },
      500,
      'list element types are not identical: [[ex.io/a] [1]]',
    ],
    [
      'a deletion without merge key',
      inPod({ containers: [{ $patch: 'delete' }] }),
      500,
      'map: map[$patch:delete] does not contain declared merge key: name',
    ],
  ])('%s', (_what, patch, code, message) => {
    expect(answer(recorded, patch)).toMatchObject({ code, message });
  });

  test('a text for a number', () => {
    expect(answer(recorded, { spec: { replicas: 'x' } }).message).toBe(
      ' "" is invalid: patch: Invalid value: "map[spec:map[replicas:x]]": unrecognized type: int32',
    );
  });

  test('a list for a struct, a text for a map', () => {
    expect(answer(recorded, { spec: [] }).message).toContain('cannot restore struct from: slice');
    expect(answer(recorded, { metadata: { labels: 'x' } }).message).toContain('cannot restore map from string');
  });
});

describe('merging maps', () => {
  const merge = (original: JsonObject, patch: JsonObject) => strategicMergePatch(configMap, original, patch);

  test('null removes a field, whether it exists or not', () => {
    expect(merge({ data: { a: '1', b: '2' } }, { data: { a: null, c: null } })).toEqual({ data: { b: '2' } });
  });

  test('null does not get into what was not there', () => {
    expect(merge({}, { data: { a: '1', c: null } })).toEqual({ data: { a: '1' } });
  });

  test('$patch: replace replaces the map, $patch: delete empties it', () => {
    expect(merge({ data: { a: '1' } }, { data: { $patch: 'replace', b: '2' } })).toEqual({ data: { b: '2' } });
    expect(merge({ data: { a: '1' } }, { data: { $patch: 'delete' } })).toEqual({ data: {} });
    expect(merge({}, { data: { $patch: 'delete' } })).toEqual({});
  });

  test('without a change the result is the original itself, otherwise the rest is shared', () => {
    const original = recorded;
    expect(patched(original, {})).toBe(original);
    expect(patched(original, inPod({ containers: [{ name: 'a', image: 'i:2' }] }))).toBe(original);
    const result = patched(original, { spec: { replicas: 3 } });
    expect(result.metadata).toBe(original.metadata);
    expect(podSpec(result)).toBe(podSpec(original));
  });

  test('names of Object.prototype are ordinary keys', () => {
    const original = JSON.parse('{"data":{"__proto__":"1","constructor":"2"}}') as JsonObject;
    const patch = JSON.parse('{"data":{"__proto__":"3","toString":"4"}}') as JsonObject;
    const { data } = merge(original, patch);
    expect(Object.entries(data as JsonObject)).toEqual([
      ['__proto__', '3'],
      ['constructor', '2'],
      ['toString', '4'],
    ]);
  });
});

describe('merging lists', () => {
  const finalizers = (list: JsonValue) => ({ metadata: { finalizers: list } }) as JsonObject;

  test('items of the live list that the order does not name keep their place before those they preceded', () => {
    const original = inPod({ containers: ['a', 'b', 'c', 'd'].map((name) => ({ name, image: 'i' })) });
    const order = ['d', 'b', 'x'].map((name) => ({ name }));
    const result = patched(original, inPod({ '$setElementOrder/containers': order, containers: [{ name: 'x' }] }));
    expect((podSpec(result).containers as JsonObject[]).map(({ name }) => name)).toEqual(['a', 'c', 'd', 'b', 'x']);
  });

  test('an order alone reorders', () => {
    const original = inPod({ containers: [{ name: 'a' }, { name: 'b' }] });
    const result = patched(original, inPod({ '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] }));
    expect(podSpec(result).containers).toEqual([{ name: 'b' }, { name: 'a' }]);
  });

  test('an order for a list that nobody has is ignored', () => {
    expect(patched({ metadata: {} }, finalizersOrder(['a']))).toEqual({ metadata: {} });
  });

  test('deleting and ordering scalars go together, as kubectl sends them', () => {
    const patch: JsonObject = {
      metadata: {
        '$deleteFromPrimitiveList/finalizers': ['a'],
        '$setElementOrder/finalizers': ['c', 'b'],
        finalizers: ['c'],
      },
    };
    expect(patched(finalizers(['a', 'b']), patch)).toEqual(finalizers(['c', 'b']));
  });

  test('a merging list that did not exist takes the patch without directives', () => {
    const patch = inPod({
      containers: [
        { name: 'x', image: null, $patch: 'delete' },
        { name: 'y', image: null },
      ],
    });
    expect(podSpec(patched({ spec: { template: { spec: {} } } }, patch))).toEqual({ containers: [{ name: 'y' }] });
  });

  test('merge keys may be other than name', () => {
    const mounts = (list: JsonValue) => inPod({ containers: [{ name: 'a', volumeMounts: list }] });
    const original = mounts([
      { name: 'v', mountPath: '/a' },
      { name: 'v', mountPath: '/b' },
    ]);
    const result = patched(original, mounts([{ mountPath: '/b', name: 'w' }]));
    expect(result).toEqual(
      mounts([
        { name: 'v', mountPath: '/a' },
        { name: 'w', mountPath: '/b' },
      ]),
    );
  });

  function finalizersOrder(order: JsonValue): JsonObject {
    return { metadata: { '$setElementOrder/finalizers': order } };
  }
});
