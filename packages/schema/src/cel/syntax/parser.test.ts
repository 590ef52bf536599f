import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { environment } from '../check/environment.ts';
import { kubernetesFunctions } from '../functions/kubernetes.ts';
import { compileCel } from '../program.ts';
import { parseCel } from './parser.ts';
import { CelSyntaxError } from './source-error.ts';

const env = environment(kubernetesFunctions, []);

function issues(source: string): string {
  const result = compileCel(source, env);
  return 'issues' in result ? result.issues : '';
}

function value(source: string): unknown {
  const result = compileCel(source, env);
  return 'issues' in result ? result.issues : result.evaluate([]).value;
}

describe('a syntax error', () => {
  test.each([
    [
      '1 +',
      "ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | 1 +\n | ...^",
    ],
    ['1 2', "ERROR: <input>:1:3: Syntax error: extraneous input '2' expecting <EOF>\n | 1 2\n | ..^"],
    ['a # b', "ERROR: <input>:1:3: Syntax error: token recognition error at: '#'\n | a # b\n | ..^"],
    ['size(1', "ERROR: <input>:1:7: Syntax error: mismatched input '<EOF>' expecting ')'\n | size(1\n | ......^"],
    ['for == 1', 'ERROR: <input>:1:1: reserved identifier: for\n | for == 1\n | ^'],
    ['[1].all(2, true)', 'ERROR: <input>:1:9: argument must be a simple name\n | [1].all(2, true)\n | ........^'],
    ['has(1)', 'ERROR: <input>:1:5: invalid argument to has() macro\n | has(1)\n | ....^'],
    ['9223372036854775808', 'ERROR: <input>:1:1: invalid int literal\n | 9223372036854775808\n | ^'],
  ])('of %s says where and what', (source, text) => {
    expect(issues(source)).toBe(text);
  });

  test('shows the line it is in, with columns in code points', () => {
    expect(issues('true &&\n  "\u{1f600}" == 1')).toBe(
      `ERROR: <input>:2:7: found no matching overload for '_==_' applied to '(string, int)'\n |   "\u{1f600}" == 1\n | ......^`,
    );
  });
});

describe('what is too large', () => {
  test('is refused: nesting, long chains, long texts', () => {
    expect(issues(`${'('.repeat(300)}1${')'.repeat(300)}`)).toContain('expression recursion limit exceeded: 250');
    expect(issues(`1${' + 1'.repeat(5000)}`)).toContain('expression recursion limit exceeded: 250');
    expect(issues(`a${'.b'.repeat(5000)}`)).toContain('expression recursion limit exceeded: 250');
    expect(issues(`"${'a'.repeat(100_000)}"`)).toContain(
      'expression code point size exceeds limit: size: 100002, limit 100000',
    );
  });

  test('is refused in whatever way the limits are combined', () => {
    let nested = '1';
    for (let depth = 0; depth < 60; depth++) nested = `(${nested}${'+1'.repeat(800)})`;
    expect(issues(nested)).toContain('expression recursion limit exceeded: 250');
  });

  test('is accepted below the limits', () => {
    expect(value(`${'('.repeat(200)}1${')'.repeat(200)}`)).toBe(1);
    expect(value(`1${' + 1'.repeat(999)}`)).toBe(1000);
  });
});

test('literals stand for what CEL says', () => {
  expect(value('[dyn(0xff), -0x10, -9223372036854775808, 1e3 == 1000.0, .5 == 0.5]')).toEqual([
    255,
    -16,
    -(2n ** 63n),
    true,
    true,
  ]);
  expect(value(String.raw`["\x41\101\u00e9\U0001F600", r"\n", '''a"b''', "a\'b"]`)).toEqual([
    'AA\u00e9\u{1f600}',
    '\\n',
    'a"b',
    "a'b",
  ]);
  expect(value(String.raw`b"\xff\000" == bytes("") || size(b"\xff\000") == 2`)).toBe(true);
});

test('whatever the text, the parser answers with a tree or a syntax error', () => {
  const tokens = [
    'a',
    '.',
    '?',
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    ':',
    ',',
    '1',
    '"x"',
    '&&',
    '-',
    '!',
    ' in ',
    'has',
    '.all(x,',
    'b',
  ];
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom(...tokens)).map((each) => each.join('')),
      ),
      (source) => {
        try {
          parseCel(source);
        } catch (error) {
          expect(error).toBeInstanceOf(CelSyntaxError);
        }
      },
    ),
    { numRuns: 500 },
  );
});
