import { expect, test } from 'vitest';
import { lastOf, listOf, parseFlags } from './flags.ts';

test('flags are read with an equals sign, with a space, and without a value', () => {
  const flags = parseFlags(['--a=1', '--b', '2', '--c', '--d=x=y', '-e=5', 'stray', '--a=3']);
  expect([...flags]).toEqual([
    ['a', ['1', '3']],
    ['b', ['2']],
    ['c', ['true']],
    ['d', ['x=y']],
    ['e', ['5']],
  ]);
});

test('of a flag that has one value the last one wins; lists are one', () => {
  const flags = parseFlags(['--a=1,2', '--a=3', '--b=']);
  expect(lastOf(flags, 'a')).toBe('3');
  expect(listOf(flags, 'a')).toEqual(['1', '2', '3']);
  expect(listOf(flags, 'b')).toEqual([]);
  expect([lastOf(flags, 'c'), listOf(flags, 'c')]).toEqual([undefined, []]);
});
