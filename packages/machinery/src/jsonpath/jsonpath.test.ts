import { describe, expect, test } from 'vitest';
import { parseJson } from '../json/parse.ts';
import { deepFreeze } from '../trees/deep-freeze.ts';
import { evaluateJsonPath } from './evaluate.ts';
import { parseJsonPath } from './parse.ts';
import { JsonPathError } from './path.ts';

const object = deepFreeze({
  spec: { n: 3, list: [10, 20, 30, 40], nested: { n: 4, deeper: [{ n: 5 }] } },
  metadata: { annotations: { 'a.b/c': 'x', 'a-b': 'z' } },
  status: {
    conditions: [
      { type: 'Synced', status: 'True', n: 1 },
      { type: 'Ready', status: 'False', n: 2, up: true },
    ],
  },
  empty: null,
});

describe('JSONPath', () => {
  test.each<[string, unknown[]]>([
    ['.spec.n', [3]],
    ['{.spec.n}', [3]],
    ['$.spec.n', [3]],
    ['.', [object]],
    ['', [object]],
    ['.metadata.annotations.a\\.b/c', ['x']],
    [".metadata.annotations['a\\.b/c']", ['x']],
    [".metadata.annotations['a.b/c']", []],
    [".spec['nested.n']", [4]],
    ['.metadata.annotations.a-b', ['z']],
    ['.spec.list[0]', [10]],
    ['.spec.list[-1]', [40]],
    ['.spec.list[9]', []],
    ['.spec.list[1:9]', []],
    ['.spec.*[1]', []],
    ['.spec[*]', []],
    ['.spec[?(@.n)]', []],
    ['.status.conditions[?(@.type>1)]', []],
    ['.spec.list[1:3]', [20, 30]],
    ['.spec.list[::2]', [10, 30]],
    ['.spec.list[-2:]', [30, 40]],
    ['.spec.list[0, 2]', [10, 30]],
    ["['spec','empty']", [object.spec, null]],
    ['.spec.list[*]', [10, 20, 30, 40]],
    ['.status.conditions[*].type', ['Synced', 'Ready']],
    ['.status.conditions[?(@.type=="Ready")].status', ['False']],
    ["..conditions[?(@.type == 'Ready')].status", ['False']],
    ['.status.conditions[?(@.type!="Ready")].status', ['True']],
    ['.status.conditions[?(@.n>1)].type', ['Ready']],
    ['.status.conditions[?(@.n<=1)].type', ['Synced']],
    ['.status.conditions[?(@.up)].type', ['Ready']],
    ['.status.conditions[?(@.up==true)].type', ['Ready']],
    ['.status.conditions[?(@.type=="None")].type', []],
    ['.spec.list[?(@>=30)]', [30, 40]],
    ['..n', [3, 4, 5, 1, 2]],
    ['.spec..n', [3, 4, 5]],
    ['.spec.nested.*', [4, [{ n: 5 }]]],
    ['.empty', [null]],
    ['.empty.x', []],
    ['.spec.constructor', []],
    ['.spec.n.x', []],
  ])('%s', (path, values) => {
    expect(evaluateJsonPath(parseJsonPath(path), object)).toEqual(values);
  });

  test('compares numbers that keep their spelling', () => {
    const { value } = parseJson('[{"n":1.0},{"n":2.0}]');
    expect(evaluateJsonPath(parseJsonPath('[?(@.n>1)]'), value)).toHaveLength(1);
    expect(evaluateJsonPath(parseJsonPath('[?(@.n==1)]'), value)).toHaveLength(1);
  });

  test('leaves the value as it was', () => {
    const value = { list: [1, [2], { a: [3, 4] }] };
    evaluateJsonPath(parseJsonPath('..a'), value);
    expect(value).toEqual({ list: [1, [2], { a: [3, 4] }] });
  });

  test.each([
    ['spec', `invalid JSONPath "spec": unexpected 's' at character 1`],
    ['.a.', `invalid JSONPath ".a.": a field name is missing at character 4`],
    ['.a[', `invalid JSONPath ".a[": expected an index, a slice, '*', a quoted name or a filter at character 4`],
    ['.a[0', `invalid JSONPath ".a[0": expected ']', found the end at character 5`],
    [".a['x", `invalid JSONPath ".a['x": a quoted text does not end at character 4`],
    ['.a["x"]', `invalid JSONPath ".a[\\"x\\"]": a key stands in single quotes at character 4`],
    ['..*', `invalid JSONPath "..*": a field name is missing at character 3`],
    ['.a[x]', `invalid JSONPath ".a[x]": expected an index, a slice, '*', a quoted name or a filter at character 4`],
    ['.a[?(@.x=="y"]', `invalid JSONPath ".a[?(@.x==\\"y\\"]": expected ')', found ']' at character 14`],
    [
      '.a[?(x==1)]',
      `invalid JSONPath ".a[?(x==1)]": expected @, a quoted text, a number, true or false, found 'x' at character 7`,
    ],
    ['{.a b}', `invalid JSONPath "{.a b}": unexpected ' ' at character 4`],
    ['.a[0:2:0]', `invalid JSONPath ".a[0:2:0]": the step of a slice must be positive at character 9`],
  ])('rejects %s', (path, message) => {
    expect(() => parseJsonPath(path)).toThrow(new JsonPathError(message));
  });
});
