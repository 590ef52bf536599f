import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatFieldSelector, matchFields, parseFieldSelector } from './field-selector.ts';
import { fromLabelSelector, fromMatchLabels } from './from-label-selector.ts';
import {
  EVERYTHING,
  formatLabelSelector,
  labelRequirement,
  labelSelector,
  matchLabels,
  SelectorError,
} from './label-selector.ts';
import { parseLabelSelector } from './parse-label-selector.ts';

const NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

describe('parseLabelSelector', () => {
  test.each([
    ['', ''],
    [' a = b ', 'a=b'],
    ['b==1,a!=2', 'a!=2,b==1'],
    ['x in (b,a,b), !y ,z', 'x in (a,b),!y,z'],
    ['in in (in,notin)', 'in in (in,notin)'],
    ['a in ()', 'a in ()'],
    ['a in (,b)', 'a in (,b)'],
    ['a in (b,)', 'a in (,b)'],
    ['a=', 'a='],
    ['a=,b', 'a=,b'],
    ['a>1,b<2', 'a>1,b<2'],
    ['example.com/Key=v', 'example.com/Key=v'],
  ])('reads %j as %j', (text, canonical) => {
    expect(formatLabelSelector(parseLabelSelector(text))).toBe(canonical);
  });

  test.each([
    ['k lt 1', "unable to parse requirement: found 'lt', expected: in, notin, =, ==, !=, gt, lt"],
    ['k in 1', "unable to parse requirement: found '1' expected: '('"],
    ['k in (a', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['k in (a b)', "unable to parse requirement: found 'b', expected: ',' or ')'"],
    ['k in (=)', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
    ['a=b,', "found '', expected: identifier after ','"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['=a', "found '=', expected: !, identifier, or 'end of string'"],
    ['!=a', "found '!=', expected: !, identifier, or 'end of string'"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    ['!!a', "unable to parse requirement: found '!', expected: identifier"],
    ['a=(', "unable to parse requirement: found '(', expected: identifier"],
    ['a@', `unable to parse requirement: <nil>: Invalid value: "a@": ${NAME_RULE}`],
    [
      'a>b',
      `unable to parse requirement: values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    [
      'a=b@',
      `unable to parse requirement: values[0][a]: Invalid value: "b@": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ],
  ])('rejects %j with the message of Kubernetes', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(new SelectorError(message));
  });

  test('reads back every selector that it prints', () => {
    const name = fc.stringMatching(/^[a-z]([a-z.-]{0,5}[a-z0-9])?$/);
    const requirement = fc.oneof(
      fc.tuple(name, fc.constantFrom('exists' as const, '!' as const), fc.constant<string[]>([])),
      fc.tuple(
        name,
        fc.constantFrom('=' as const, '==' as const, '!=' as const),
        fc.tuple(fc.oneof(name, fc.constant(''))),
      ),
      fc.tuple(name, fc.constantFrom('in' as const, 'notin' as const), fc.array(name, { minLength: 1, maxLength: 4 })),
      fc.tuple(name, fc.constantFrom('gt' as const, 'lt' as const), fc.tuple(fc.nat().map(String))),
    );
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 5 }), (requirements) => {
        const selector = labelSelector(
          requirements.map(([key, operator, values]) => labelRequirement(key, operator, values)),
        );
        expect(parseLabelSelector(formatLabelSelector(selector))).toEqual(selector);
      }),
    );
  });
});

describe('matchLabels', () => {
  const labels = { app: 'web', gen: '5', big: '9007199254740993', empty: '' };

  test.each([
    ['', true],
    ['app=web', true],
    ['app==db', false],
    ['app!=db', true],
    ['none!=x', true],
    ['none=', false],
    ['empty=', true],
    ['app in (db,web)', true],
    ['app notin (db,web)', false],
    ['none notin (a)', true],
    ['none in (a)', false],
    ['app', true],
    ['!app', false],
    ['!none', true],
    ['gen>4', true],
    ['gen>5', false],
    ['gen<6', true],
    ['app>1', false],
    ['none<1', false],
    ['big>9007199254740992', true],
    ['app=web,gen>7', false],
    ['constructor', false],
  ])('answers for %j', (text, expected) => {
    expect(matchLabels(parseLabelSelector(text), labels)).toBe(expected);
  });

  test('takes absent labels for none', () => {
    expect(matchLabels(EVERYTHING, undefined)).toBe(true);
    expect(matchLabels(parseLabelSelector('a'), undefined)).toBe(false);
  });
});

describe('fromLabelSelector', () => {
  test('joins labels and expressions', () => {
    const selector = fromLabelSelector({
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['b', 'a'] },
        { key: 'old', operator: 'DoesNotExist' },
        { key: 'x', operator: 'Exists' },
        { key: 'y', operator: 'NotIn', values: ['1'] },
      ],
    });
    expect(formatLabelSelector(selector)).toBe('app=web,!old,tier in (a,b),x,y notin (1)');
  });

  test('selects everything when empty and nothing when absent', () => {
    expect(fromLabelSelector({})).toBe(EVERYTHING);
    expect(fromLabelSelector(undefined)).toBeUndefined();
    expect(fromLabelSelector(null)).toBeUndefined();
    expect(fromMatchLabels({ a: 'b' })).toEqual(parseLabelSelector('a=b'));
  });

  test.each([
    [{ key: 'a', operator: 'Like' }, '"Like" is not a valid label selector operator'],
    [
      { key: 'a', operator: 'In' },
      "values: Invalid value: []string(nil): for 'in', 'notin' operators, values set can't be empty",
    ],
    [
      { key: 'a', operator: 'Exists', values: ['b'] },
      'values: Invalid value: []string{"b"}: values set must be empty for exists and does not exist',
    ],
    [
      { key: '', operator: 'Exists' },
      `[key: Invalid value: "": name part must be non-empty; ${NAME_RULE}]`.slice(1, -1),
    ],
  ])('rejects %j', (expression, message) => {
    expect(() => fromLabelSelector({ matchExpressions: [expression] })).toThrow(new SelectorError(message));
  });
});

describe('field selectors', () => {
  test.each([
    ['', []],
    ['metadata.name=x', [{ field: 'metadata.name', operator: '=', value: 'x' }]],
    [
      'b==y,a!=x',
      [
        { field: 'a', operator: '!=', value: 'x' },
        { field: 'b', operator: '=', value: 'y' },
      ],
    ],
    ['a=x\\,y\\=z\\\\', [{ field: 'a', operator: '=', value: 'x,y=z\\' }]],
    ['a=,,', [{ field: 'a', operator: '=', value: '' }]],
    ['=', []],
  ])('read %j', (text, selector) => {
    expect(parseFieldSelector(text)).toEqual(selector);
  });

  test.each([
    ['metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ['a=b,c', "invalid selector: 'a=b,c'; can't understand 'c'"],
    ['a=\\x', 'invalid field selector: invalid escape sequence: \\x'],
    ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
  ])('reject %j with the message of Kubernetes', (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(new SelectorError(message));
  });

  test('read back what they print', () => {
    const requirement = fc.record({
      field: fc.stringMatching(/^[a-z.]{1,8}$/),
      operator: fc.constantFrom('=' as const, '!=' as const),
      value: fc.string({ unit: fc.constantFrom('a', ',', '=', '\\', '!', 'é') }),
    });
    fc.assert(
      fc.property(requirement, (only) => {
        expect(parseFieldSelector(formatFieldSelector([only]))).toEqual([only]);
      }),
    );
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 4 }), (selector) => {
        const text = formatFieldSelector(parseFieldSelector(formatFieldSelector(selector)));
        expect(formatFieldSelector(parseFieldSelector(text))).toBe(text);
        expect(parseFieldSelector(text)).toHaveLength(selector.length);
      }),
    );
  });

  test('match by what the kind says the fields are', () => {
    const fields = new Map([['status.phase', 'Running']]);
    const matches = (text: string) => matchFields(parseFieldSelector(text), (field) => fields.get(field));
    expect(matches('status.phase=Running,spec.nodeName=')).toBe(true);
    expect(matches('status.phase!=Running')).toBe(false);
    expect(matches('spec.nodeName!=a')).toBe(true);
  });
});
