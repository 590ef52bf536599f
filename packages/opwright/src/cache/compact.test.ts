import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { KubeObject } from '@opwright/machinery';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCompactor } from './compact.ts';

const objectOf = (rest: object) => ({ metadata: { name: 'a' }, ...rest }) as unknown as KubeObject;

test.each([true, false])('an object says the same afterwards, whatever it holds (freeze: %s)', (freeze) => {
  const compact = createCompactor({ freeze });
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(objectOf({ value }));
      expect(JSON.stringify(compact(JSON.parse(text)))).toBe(text);
    }),
  );
});

test('strings that collide are not mistaken for each other', () => {
  const compact = createCompactor({ freeze: false });
  const values = Array.from({ length: 20_000 }, (_, i) => `a value that is long enough ${i % 7_000}`);
  expect(compact(objectOf({ values: [...values] }))).toEqual(objectOf({ values }));
});

test('frozen objects share the parts that are equal, objects that may be changed only strings', () => {
  const text = '{"metadata":{"name":"x"},"spec":{"containers":[{"name":"web","ports":[80,443]}],"zero":[0,-0,{}]}}';
  const two = (freeze: boolean) => {
    const compact = createCompactor({ freeze });
    const parse = (name: string) => compact(JSON.parse(text.replace('x', name))) as KubeObject & { spec: object };
    return [parse('a'), parse('b')] as const;
  };
  const [a, b] = two(true);
  expect(a.metadata).not.toBe(b.metadata);
  expect(a.spec).toBe(b.spec);
  const [c, d] = two(false);
  expect(c).toEqual({ ...d, metadata: c.metadata });
  expect(c.spec).not.toBe(d.spec);
});

test('parts that differ in a kind of zero, in order of a list, or in a missing key are not shared', () => {
  const compact = createCompactor({ freeze: true });
  const values = [[0], [-0], ['0'], [[0]], { a: 0 }, { b: 0 }, { a: 0, b: 0 }, {}, [], [null], [false], [1, 2], [2, 1]];
  for (const first of values)
    for (const value of values) {
      compact(objectOf({ first: JSON.parse(JSON.stringify(first)) }));
      expect(compact(objectOf({ first: structuredClone(value) }))).toEqual(objectOf({ first: value }));
    }
});

test('keys that name members of the prototype are keys like others', () => {
  const text =
    '{"metadata":{"labels":{"__proto__":"a string of some length","constructor":"a string of some length"}}}';
  const object = createCompactor({ freeze: true })(JSON.parse(text));
  expect(JSON.stringify(object)).toBe(text);
});

test('with freeze, nothing of the object can be changed; what was frozen before is left alone', () => {
  const inner = Object.freeze({ text: 'a string of some length', list: ['another string of some length'] });
  const object = createCompactor({ freeze: true })(objectOf({ spec: { list: [{}] }, inner }));
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every((child) => child === inner || frozen(child)));
  expect(frozen(object)).toBe(true);
  expect(Object.isFrozen(inner.list)).toBe(false);
});

test('nothing large outlives its object', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const compact = createCompactor({ freeze: true });
  const data = { key: 'x'.repeat(5000) };
  const kept = new WeakRef(compact(objectOf({ data })));
  const small = new WeakRef((compact(objectOf({ spec: { a: 1 } })) as KubeObject & { spec: object }).spec);
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(kept.deref()).toBeUndefined();
  expect(small.deref()).toEqual({ a: 1 });
});
