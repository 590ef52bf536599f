import { expect, test } from 'vitest';
import { compileExpression } from './expression.ts';

function evaluate(source: string, ...values: unknown[]) {
  const expression = compileExpression(source, ['object', 'oldObject']);
  return 'error' in expression ? expression : expression.evaluate(values);
}

test('a condition reads JSON values without knowing their types', () => {
  const object = { metadata: { labels: { a: 'b' } }, data: { n: 3, list: ['x'] } };
  expect(evaluate('object.data.n == 3 && object.metadata.labels.a == "b"', object, null)).toEqual({ value: true });
  expect(evaluate('"y" in object.data.list', object, null)).toEqual({ value: false });
  expect(evaluate('oldObject == null', object, null)).toEqual({ value: true });
});

test('an evaluation that fails says why', () => {
  expect(evaluate('object.data.zz == "2"', { data: { a: '1' } }, null)).toEqual({ error: 'no such key: zz' });
});

test('what does not compile, or is no condition, says why', () => {
  expect(evaluate('bogus')).toEqual({
    error: "compilation failed: ERROR: <input>:1:1: undeclared reference to 'bogus' (in container '')\n | bogus\n | ^",
  });
  expect(evaluate('"text"')).toEqual({ error: 'must evaluate to bool' });
});
