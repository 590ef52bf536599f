import { expect, test } from 'vitest';
import { AdmissionEvaluation, admissionCompiler, appliedObject, patchOperations, type Returns } from './index.ts';

// What kube-apiserver 1.32 said to the same expressions.

function outcomeOf(source: string, returns: Returns) {
  const compiler = admissionCompiler({ params: false, variables: false });
  const expression = compiler.compile(source, { returns, patches: true });
  const input = {
    object: { metadata: { name: 'x' }, data: { k: 'v' } },
    oldObject: null,
    namespaceObject: null,
    request: {},
    params: null,
    decide: () => ({ allowed: false, reason: '', error: '' }),
    requestResource: {},
  };
  return new AdmissionEvaluation(compiler, input, 10_000_000).evaluate(expression);
}

function applied(source: string): unknown {
  const outcome = outcomeOf(source, ['Object']);
  try {
    return 'error' in outcome ? outcome.error : appliedObject(outcome.value);
  } catch (error) {
    return (error as Error).message;
  }
}

function operations(source: string): unknown {
  const outcome = outcomeOf(source, ['list(JSONPatch)']);
  try {
    return 'error' in outcome ? outcome.error : patchOperations(outcome.value);
  } catch (error) {
    return (error as Error).message;
  }
}

test('objects are made field by field', () => {
  expect(applied('Object{metadata: Object.metadata{labels: {"x": "y"}}, data: {"n": string(1+1)}}')).toEqual({
    metadata: { labels: { x: 'y' } },
    data: { n: '2' },
  });
  expect(applied('Object{data: object.data}')).toEqual({ data: { k: 'v' } });
  expect(applied('Object{?data: optional.of({"a":"b"}), ?more: optional.none()}')).toEqual({ data: { a: 'b' } });
  expect(applied('Object{spec: Object.spec{a: [Object.spec.a{b: 1.0}]}}')).toEqual({ spec: { a: [{ b: 1 }] } });
  expect(applied('has(Object{data: {"a":"b"}}.data) ? Object{data:{"z":"1"}} : Object{}')).toEqual({
    data: { z: '1' },
  });
  expect(applied('Object{data:{"a":"b"}} == Object{data:{"a":"b"}} ? Object{data:{"z":"1"}} : Object{}')).toEqual({
    data: { z: '1' },
  });
  expect(applied('Object{data:{"a":"b"}} == Object{data:{"a":"c"}} ? Object{data:{"z":"1"}} : Object{}')).toEqual({});
});

test('objects that are none of the resource are refused', () => {
  expect(applied('{"a":1}')).toBe('compilation error: must evaluate to Object but got map(string, int)');
  expect(applied('Object.spec{a: 1}')).toBe('compilation error: must evaluate to Object but got Object.spec');
  expect(applied('Foo{a: 1}')).toBe(
    "compilation error: compilation failed: ERROR: <input>:1:4: undeclared reference to 'Foo' (in container '')\n | Foo{a: 1}\n | ...^",
  );
  expect(applied('Object{metadata: Object.spec{labels: {"x":"y"}}}')).toBe(
    'type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type',
  );
  expect(applied('Object{data: {1: "b"}}')).toBe('invalid return type: *dynamic.ObjectVal');
  expect(applied('Object{data: {"a": object.data.nope}}')).toBe(
    `expression 'Object{data: {"a": object.data.nope}}' resulted in error: no such key: nope`,
  );
});

test('patches are lists of operations', () => {
  expect(
    operations('[JSONPatch{op: "add", path: "/data/" + jsonpatch.escapeKey("ex.io/a~b"), value: Object.data{a: "b"}}]'),
  ).toEqual([{ op: 'add', path: '/data/ex.io~1a~0b', value: { a: 'b' } }]);
  expect(operations('[JSONPatch{op: "move", from: "/data/k", path: "/data/l"}]')).toEqual([
    { op: 'move', path: '/data/l', from: '/data/k' },
  ]);
  expect(operations('has(object.data.k) ? [JSONPatch{op: "add", path: "/a", value: null}] : []')).toEqual([
    { op: 'add', path: '/a', value: null },
  ]);
});

test('patches that are none are refused', () => {
  expect(operations('[]')).toBe('compilation error: must evaluate to list(JSONPatch) but got list(dyn)');
  expect(operations('JSONPatch{op: "add"}')).toBe(
    'compilation error: must evaluate to list(JSONPatch) but got JSONPatch',
  );
  expect(operations('[JSONPatch{op: "add", path: "/data/k", nope: "1"}]')).toContain(
    "ERROR: <input>:1:44: expected type of field 'nope' is '' but provided type is 'string'",
  );
  expect(operations('[JSONPatch{op: 1, path: "/data/k"}]')).toContain(
    "ERROR: <input>:1:14: expected type of field 'op' is 'string' but provided type is 'int'",
  );
  expect(operations('[JSONPatch{op: "add", path: "/data", value: Object.data{a: Object.foo{}}}]')).toBe(
    'type mismatch: unexpected type name "Object.foo", expected "Object.data.a", which matches field name path from root Object type',
  );
});

test('other expressions can make none of it', () => {
  const { compile } = admissionCompiler({ params: false, variables: false });
  expect(compile('Object{} == Object{}', { returns: ['bool'] })).toMatchObject({
    error: expect.stringContaining("undeclared reference to 'Object'"),
  });
});
