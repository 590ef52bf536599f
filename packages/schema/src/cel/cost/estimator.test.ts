import { describe, expect, test } from 'vitest';
import type { StructuralSchema } from '../../structural/schema.ts';
import { declare } from '../rules/declared.ts';
import { compileRule } from '../rules/rule.ts';

/** What the rule costs for the schema, by estimate. */
function cost(schema: StructuralSchema, rule: string): number {
  const compiled = compileRule({ rule }, declare(schema)!);
  if (!compiled.ok) throw new Error(compiled.error);
  return compiled.maxCost;
}

const scalars: Readonly<Record<string, StructuralSchema>> = {
  'int-or-string': { 'x-kubernetes-int-or-string': true },
  duration: { type: 'string', format: 'duration' },
  date: { type: 'string', format: 'date' },
  'date-time': { type: 'string', format: 'date-time' },
};

function scalar(type: string): StructuralSchema {
  return scalars[type] ?? { type: type as 'string' };
}

function list(items: StructuralSchema, maxItems?: number): StructuralSchema {
  return { type: 'array', items, ...(maxItems !== undefined && { maxItems }) };
}

function map(values: StructuralSchema, maxProperties?: number): StructuralSchema {
  return { type: 'object', additionalProperties: values, ...(maxProperties !== undefined && { maxProperties }) };
}

const withRequired: StructuralSchema = {
  type: 'object',
  properties: { required: { type: 'string' }, optional: { type: 'string' } },
  required: ['required'],
};

describe('the estimated cost of a rule is what the API server estimates', () => {
  test.each([
    ['number', 'self.all(x, true)', 4718591, 10, 32],
    ['string', 'self.all(x, true)', 3145727, 20, 62],
    ['boolean', 'self.all(x, true)', 1887437, 5, 17],
    ['number', 'self[1] == 0.0', 2, 5000, 2],
    ['string', 'self[1] == self[1]', 314577, 8, 314577],
    ['number', 'self.all(x, x == 0.0)', 6291454, 3 * 1024 * 2048, 25165826],
    ['int-or-string', 'self.all(x, true)', 4718591, 10, 32],
    ['int-or-string', 'self[0] == 5', 3, 10, 3],
    ['boolean', 'self[0] == false', 2, 25, 2],
    ['duration', 'self.all(x, true)', 2359295, 5, 17],
    ['duration', 'self[0].getHours() == 2', 4, 525, 4],
    ['date', 'self.all(x, true)', 725936, 15, 47],
    ['date', 'self[2].getDayOfMonth() == 13', 4, 42, 4],
    ['date-time', 'self.all(x, true)', 428963, 25, 77],
    ['date-time', 'self[2].getMinutes() == 45', 4, 99, 4],
  ])('for a list of %s: %s', (type, rule, unbounded, maxItems, bounded) => {
    expect(cost(list(scalar(type)), rule)).toBe(unbounded);
    expect(cost(list(scalar(type), maxItems), rule)).toBe(bounded);
  });

  test.each([
    ['number', 'self.all(x, true)', 1348169, 10, 32],
    ['string', 'self.all(x, true)', 1179647, 3, 11],
    ['boolean', 'self.all(x, true)', 943718, 100, 302],
    ['number', 'self["x"] == 0.0', 2, 0, 2],
    ['int-or-string', 'self.all(x, true)', 1348169, 15, 47],
    ['duration', 'self.all(x, true)', 1048577, 5, 17],
    ['date', 'self.all(x, true)', 524288, 10, 32],
    ['date-time', 'self.all(x, true)', 349526, 25, 77],
    ['integer', 'oldSelf.size() == self.size()', 5, 10, 5],
    ['date-time', 'self["a"] == self["b"]', 8, 7, 8],
    ['duration', 'self["c"] == self["d"]', 8, 42, 8],
  ])('for a map of %s: %s', (type, rule, unbounded, maxProperties, bounded) => {
    expect(cost(map(scalar(type)), rule)).toBe(unbounded);
    expect(cost(map(scalar(type), maxProperties), rule)).toBe(bounded);
  });

  test.each([
    ["self.contains('test')", 314574, 10, 5],
    ["self.startsWith('test')", 2, 15, 2],
    ["self.endsWith('test')", 2, 30, 2],
    ['size(self + "hello") > size("hello")', 314578, 4, 7],
    ['self.matches("x")', 314574, 50, 22],
    ['"".matches("(((((((((())))))))))[0-9]")', 7, 10, 7],
    ['self.matches("")', 1, 100, 1],
    ['self == "x"', 2, 0, 1],
    ["self.find('[0-9]+') == ''", 629147, 10, 11],
  ])('for a text: %s', (rule, unbounded, maxLength, bounded) => {
    expect(cost({ type: 'string' }, rule)).toBe(unbounded);
    expect(cost({ type: 'string', maxLength }, rule)).toBe(bounded);
  });

  test('for nested lists and maps', () => {
    expect(cost(list(list({ type: 'number' })), 'self.all(x, true)')).toBe(3145727);
    expect(cost(list(withRequired), 'self.all(x, true)')).toBe(555128);
    expect(cost(list(withRequired, 50), 'self.all(x, true)')).toBe(152);
    expect(cost(list({ type: 'number' }, 10), 'self.all(x, self.all(y, true))')).toBe(352);
    expect(cost(list({ type: 'number' }, 10), 'self.all(x, self.all(y, self.all(z, true)))')).toBe(3552);
    expect(cost(map({ type: 'string' }), 'self.all(x, x.contains(self[x]))')).toBe(2752507);
    expect(cost(map({ type: 'string', maxLength: 10 }, 10), 'self.all(x, x.contains(self[x]))')).toBe(72);
    expect(cost(list(map(withRequired)), 'self.all(x, x["y"].required == "z")')).toBe(7340027);
    expect(cost(list(map(withRequired, 10), 10), 'self.all(x, x["y"].required == "z")')).toBe(72);
    expect(cost(list(withRequired), 'self[0] == null')).toBe(2);
    expect(cost(list(list({ type: 'number' })), 'self[0][0] == -1.0')).toBe(3);
    expect(cost(list(map({ type: 'number' })), 'self.all(x, x.y == 25.2)')).toBe(6291452);
    expect(cost(list(map({ type: 'number' })), 'self[0].x > 2.0')).toBe(4);
  });

  test('for an enumeration, whose longest value counts unless there is a maxLength', () => {
    const letters: StructuralSchema = { type: 'string', enum: ['A', 'B', 'C', 'LongValue'] };
    expect(cost(letters, "self.contains('A')")).toBe(2);
    expect(cost({ ...letters, maxLength: 1000 }, "self.contains('A')")).toBe(401);
  });
});
