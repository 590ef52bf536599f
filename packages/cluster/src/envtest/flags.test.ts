import { expect, test } from 'vitest';
import { parseFlags } from './flags.ts';

test('flags are read with an equals sign, with a space, and without a value; the last one wins', () => {
  const flags = parseFlags(['--a=1', '--b', '2', '--c', '--d=x=y', '-e=5', 'stray', '--a=3']);
  expect([...flags]).toEqual([
    ['a', '3'],
    ['b', '2'],
    ['c', 'true'],
    ['d', 'x=y'],
    ['e', '5'],
  ]);
});
