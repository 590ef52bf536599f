import { describe, expect, test } from 'vitest';
import { kubernetesFunctions } from '../functions/kubernetes.ts';
import { compileCel } from '../program.ts';
import { type CelType, DYN, formatType, INT, listOf, mapOf, optionalOf, STRING } from '../types/type.ts';
import { environment } from './environment.ts';

const point: CelType = { kind: 'object', name: 'point', fields: new Map([['x', { key: 'x', type: INT }]]) };
const other: CelType = { kind: 'object', name: 'other', fields: new Map([['x', { key: 'x', type: INT }]]) };
const env = environment(kubernetesFunctions, [
  ['s', STRING],
  ['list', listOf(STRING)],
  ['map', mapOf(STRING, INT)],
  ['point', point],
  ['other', other],
  ['any', DYN],
  ['maybe', optionalOf(INT)],
]);

function typeOf(source: string): string {
  const program = compileCel(source, env);
  return 'issues' in program
    ? (program.issues.split('\n')[0] as string).replace('ERROR: <input>:', '')
    : formatType(program.type);
}

describe('the type', () => {
  test.each([
    ['s + "a"', 'string'],
    ['list.map(x, x.size())', 'list(int)'],
    ['map.filter(k, map[k] > 1)', 'list(string)'],
    ['map.transformMap(k, v, string(v))', 'map(string, string)'],
    ['{"a": [1]}', 'map(string, list(int))'],
    ['any.b.c[0] + 1', 'int'],
    ['maybe.orValue(2)', 'int'],
    ['optional.of(point).x', 'optional_type(int)'],
    ['point.?x', 'optional_type(int)'],
    ['list[?0].orValue("")', 'string'],
    ['[any, 1]', 'list(dyn)'],
    ['type(s)', 'type(string)'],
    ['point == null', 'bool'],
    ['quantity("1").add(1)', 'kubernetes.Quantity'],
  ])('of %s is %s', (source, type) => {
    expect(typeOf(source)).toBe(type);
  });
});

describe('the message', () => {
  test.each([
    ['s > 1', "1:3: found no matching overload for '_>_' applied to '(string, int)'"],
    ['s.foo()', "1:6: undeclared reference to 'foo' (in container '')"],
    ['foo(s)', "1:4: undeclared reference to 'foo' (in container '')"],
    ['foo', "1:1: undeclared reference to 'foo' (in container '')"],
    ['point.y', "1:6: undefined field 'y'"],
    ['s.y', "1:2: type 'string' does not support field selection"],
    ['s.startsWith(1)', "1:13: found no matching overload for 'startsWith' applied to 'string.(int)'"],
    ['point == other', "1:7: found no matching overload for '_==_' applied to '(point, other)'"],
    ['s == null', "1:3: found no matching overload for '_==_' applied to '(string, null)'"],
    [
      's.all(x, true)',
      "1:1: expression of type 'string' cannot be range of a comprehension (must be list, map, or dynamic)",
    ],
    ['list.all(x, x)', "1:9: found no matching overload for '_&&_' applied to '(bool, string)'"],
    ['["a", 1]', "1:7: expected type 'string' but found 'int'"],
    ['s ? 1 : 2', "1:3: found no matching overload for '_?_:_' applied to '(string, int, int)'"],
    ['1 in s', "1:3: found no matching overload for '@in' applied to '(int, string)'"],
    ['Foo{a: 1}', "1:4: undeclared reference to 'Foo' (in container '')"],
  ])('for %s is cel-go’s', (source, message) => {
    expect(typeOf(source)).toBe(message);
  });

  test('has every problem, in the order of their places', () => {
    const program = compileCel('s > 1 && foo', env);
    expect('issues' in program && program.issues.match(/<input>:1:\d+/g)).toEqual(['<input>:1:3', '<input>:1:10']);
  });
});
