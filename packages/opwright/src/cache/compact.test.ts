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
      const object: KubeObject = JSON.parse(text);
      expect(compact(object)).toBe(object);
      expect(JSON.stringify(object)).toBe(text);
    }),
  );
});

test('strings that collide are not mistaken for each other', () => {
  const compact = createCompactor({ freeze: false });
  const values = Array.from({ length: 20_000 }, (_, i) => `a value that is long enough ${i % 7_000}`);
  expect(compact(objectOf({ values: [...values] }))).toEqual(objectOf({ values }));
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
