import { celEnv, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { environment } from './check/environment.ts';
import { kubernetesFunctions } from './functions/kubernetes.ts';
import { compileCel } from './program.ts';
import { CelError } from './values/error.ts';
import { mapEntries } from './values/maps.ts';
import { doubleValue, isInt } from './values/numbers.ts';
import { isList, isMap } from './values/type-name.ts';
import { type CelValue, Uint } from './values/value.ts';

/*
 * Random expressions, whose results must be those of an independent implementation. Every expression is well typed, so
 * that only values and errors can differ. Texts have no characters beyond the basic plane: the other one counts these as two.
 */

const { int, double, text, bool, ints } = fc.letrec<Record<'int' | 'double' | 'text' | 'bool' | 'ints', string>>(
  (tie) => {
    const call = (parts: readonly fc.Arbitrary<string>[], write: (...args: string[]) => string) =>
      fc.tuple(...parts).map((args) => write(...args));
    const any = (...options: fc.Arbitrary<string>[]) =>
      fc.oneof({ depthSize: 'small', withCrossShrink: true }, ...options);
    const infix = (type: keyof typeof kinds, operators: readonly string[]) =>
      call([fc.constantFrom(...operators), tie(type), tie(type)], (operator, a, b) => `(${a} ${operator} ${b})`);
    const choice = (type: keyof typeof kinds) =>
      call([tie('bool'), tie(type), tie(type)], (condition, a, b) => `(${condition} ? ${a} : ${b})`);
    const kinds = { int: 0, double: 0, text: 0, bool: 0, ints: 0 };
    const comparison = ['<', '<=', '>', '>=', '==', '!='];
    return {
      int: any(
        fc.constantFrom('0', '1', '-1', '7', '9223372036854775807', '-9223372036854775808', '9007199254740993', '100'),
        fc.integer({ min: -1000, max: 1000 }).map(String),
        infix('int', ['+', '-', '*', '/', '%']),
        call([tie('text')], (a) => `size(${a})`),
        call([tie('ints')], (a) => `${a}.size()`),
        call([tie('ints'), tie('int')], (a, b) => `${a}[${b}]`),
        call([tie('double')], (a) => `int(${a})`),
        choice('int'),
      ),
      double: any(
        fc.constantFrom('0.0', '1.5', '-2.25', '1e300', '3.0', '-0.0'),
        infix('double', ['+', '-', '*', '/']),
        call([tie('int')], (a) => `double(${a})`),
        choice('double'),
      ),
      text: any(
        fc.constantFrom('""', '"a"', '"b\u00e9"', '"-a-b-"', "'quo\"te'"),
        infix('text', ['+']),
        call([tie('int')], (a) => `string(${a})`),
        call([tie('text'), tie('text')], (a, b) => `${a}.replace("a", ${b})`),
        call([tie('text'), tie('int')], (a, b) => `${a}.charAt(${b})`),
        call([tie('text'), tie('int'), tie('int')], (a, b, c) => `${a}.substring(${b}, ${c})`),
        call([tie('text')], (a) => `${a}.split("-").join("+")`),
        choice('text'),
      ),
      bool: any(
        fc.constantFrom('true', 'false'),
        infix('bool', ['&&', '||', '==', '!=']),
        infix('int', comparison),
        infix('double', comparison),
        infix('text', comparison),
        call(
          [tie('int'), fc.constantFrom('<', '<=', '>', '>='), tie('double')],
          (a, operator, b) => `(${a} ${operator} ${b})`,
        ),
        call([tie('bool')], (a) => `!${a}`),
        call([tie('int'), tie('ints')], (a, b) => `(${a} in ${b})`),
        call([tie('text'), tie('text')], (a, b) => `${a}.contains(${b})`),
        call([tie('text'), tie('text')], (a, b) => `${a}.startsWith(${b})`),
        call([tie('ints'), tie('int')], (a, b) => `${a}.all(x, x > ${b})`),
        call([tie('ints'), tie('int')], (a, b) => `${a}.exists(x, ${b} / x > 1)`),
        call([tie('ints'), tie('int')], (a, b) => `${a}.exists_one(x, x == ${b})`),
        infix('ints', ['==', '!=']),
        choice('bool'),
      ),
      ints: any(
        fc.constant('[1].filter(x, false)'),
        fc.array(tie('int'), { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
        infix('ints', ['+']),
        call([tie('ints'), tie('int')], (a, b) => `${a}.map(x, x + ${b})`),
        call([tie('ints'), tie('bool')], (a, b) => `${a}.filter(x, x > 0 && ${b})`),
      ),
    };
  },
);

const env = environment(kubernetesFunctions, []);
const otherEnv = celEnv({ funcs: strings });

function ours(source: string): string {
  const program = compileCel(source, env);
  if ('issues' in program) return `does not compile: ${program.issues}`;
  return shown(program.evaluate([]).value);
}

function theirs(source: string): string {
  try {
    return shownOther(plan(otherEnv, parse(source))({}));
  } catch {
    return 'error';
  }
}

function shown(value: CelValue): string {
  if (value instanceof CelError) return 'error';
  const number = doubleValue(value);
  if (number !== undefined) return `double ${number}`;
  if (isInt(value)) return `int ${value}`;
  if (value instanceof Uint) return `uint ${value.value}`;
  if (isList(value)) return `[${value.map(shown).join(', ')}]`;
  if (isMap(value))
    return `{${[...mapEntries(value)].map(([key, item]) => `${shown(key)}: ${shown(item)}`).join(', ')}}`;
  return JSON.stringify(value);
}

function shownOther(value: unknown): string {
  if (value instanceof Error) return 'error';
  if (typeof value === 'number') return `double ${value}`;
  if (typeof value === 'bigint') return `int ${value}`;
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) {
    return `[${[...(value as Iterable<unknown>)].map(shownOther).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return 'error';
  return JSON.stringify(value);
}

describe('random expressions have the results of another implementation', () => {
  test.each([
    ['ints', int],
    ['doubles', double],
    ['texts', text],
    ['bools', bool],
    ['lists', ints],
  ])('%s', (_, expressions) => {
    fc.assert(
      fc.property(expressions, (source) => {
        expect(`${source} -> ${ours(source)}`).toBe(`${source} -> ${theirs(source)}`);
      }),
      { numRuns: 120 },
    );
  });
});
