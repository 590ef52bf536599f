import { NumberLexeme } from '../json/number-lexeme.ts';
import { deepEqual } from '../trees/deep-equal.ts';
import { getOwn, isPlainObject } from '../trees/own.ts';
import type { JsonPath, JsonPathFilter, JsonPathOperand, JsonPathStep } from './path.ts';

/**
 * Every value that the path leads to, in order; none where a field on the way is missing. As in Kubernetes there is also
 * none at all where a step does not fit what it meets: an index past the end, a filter of something that is no array.
 */
export function evaluateJsonPath(path: JsonPath, value: unknown): unknown[] {
  return follow(path, value) ?? [];
}

function follow(path: JsonPath, value: unknown): unknown[] | undefined {
  let values: unknown[] = [value];
  for (const step of path) {
    const next: unknown[] = [];
    for (const current of values) {
      const found = take(step, current);
      if (found === undefined) return undefined;
      next.push(...found);
    }
    values = next;
  }
  return values;
}

/** What a step leads to from a value; undefined where it does not fit the value. */
function take(step: JsonPathStep, value: unknown): readonly unknown[] | undefined {
  switch (step.step) {
    case 'field':
      return isPlainObject(value) ? present(getOwn(value, step.name)) : [];
    case 'index':
      return slice(value, step.index, step.index === -1 ? undefined : step.index + 1, 1);
    case 'slice':
      return slice(value, step.start, step.end, step.by);
    case 'wildcard':
      return children(value);
    case 'recursive':
      return containers(value);
    case 'union': {
      const parts = step.paths.map((path) => follow(path, value));
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    case 'filter':
      return filtered(step.filter, value);
  }
}

function slice(value: unknown, from = 0, to: number | undefined, by: number): readonly unknown[] | undefined {
  if (value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const start = from < 0 ? from + value.length : from;
  const end = to === undefined ? value.length : to < 0 ? to + value.length : to;
  if (start === end) return [];
  if (start < 0 || start > end || end > value.length) return undefined;
  return value.slice(start, end).filter((_, index) => index % by === 0);
}

function present(value: unknown): unknown[] {
  return value === undefined ? [] : [value];
}

function children(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isPlainObject(value) ? Object.values(value).filter((child) => child !== undefined) : [];
}

/** The value and all below it that have children, outer before inner. */
function containers(value: unknown): unknown[] {
  const found: unknown[] = [];
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (!Array.isArray(next) && !isPlainObject(next)) continue;
    found.push(next);
    waiting.push(...children(next).toReversed());
  }
  return found;
}

function filtered(filter: JsonPathFilter, value: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const kept: unknown[] = [];
  for (const item of value) {
    const verdict = satisfies(filter, item);
    if (verdict === undefined) return undefined;
    if (verdict) kept.push(item);
  }
  return kept;
}

/** Whether an element passes; undefined where its values cannot be compared. */
function satisfies(filter: JsonPathFilter, item: unknown): boolean | undefined {
  const left = operandValues(filter.left, item);
  if (filter.operator === 'exists' || filter.right === undefined) return left.length > 0;
  if (left.length === 0) return false;
  const right = operandValues(filter.right, item);
  if (right.length === 0) return false;
  if (left.length > 1 || right.length > 1) return undefined;
  return compare(filter.operator, plain(left[0]), plain(right[0]));
}

function operandValues(operand: JsonPathOperand, item: unknown): unknown[] {
  return 'path' in operand ? evaluateJsonPath(operand.path, item) : [operand.literal];
}

function compare(operator: JsonPathFilter['operator'], left: unknown, right: unknown): boolean | undefined {
  if (operator === '==') return deepEqual(left, right);
  if (operator === '!=') return !deepEqual(left, right);
  const numbers = typeof left === 'number' && typeof right === 'number';
  const texts = typeof left === 'string' && typeof right === 'string';
  if (!numbers && !texts) return undefined;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

function plain(value: unknown): unknown {
  return value instanceof NumberLexeme ? value.value : value;
}
