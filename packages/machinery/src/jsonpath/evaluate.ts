import { NumberLexeme } from '../json/number-lexeme.ts';
import { deepEqual } from '../trees/deep-equal.ts';
import { getOwn, isPlainObject } from '../trees/own.ts';
import type { JsonPath, JsonPathFilter, JsonPathOperand, JsonPathStep } from './path.ts';

/** Every value that the path leads to, in order; none where something on the way is missing. */
export function evaluateJsonPath(path: JsonPath, value: unknown): unknown[] {
  let values: unknown[] = [value];
  for (const step of path) values = values.flatMap((current) => take(step, current));
  return values;
}

function take(step: JsonPathStep, value: unknown): unknown[] {
  switch (step.step) {
    case 'field':
      return isPlainObject(value) && Object.hasOwn(value, step.name) ? present(getOwn(value, step.name)) : [];
    case 'index':
      return Array.isArray(value) ? present(value.at(step.index)) : [];
    case 'slice':
      return Array.isArray(value)
        ? value.slice(step.start ?? 0, step.end).filter((_, index) => index % step.by === 0)
        : [];
    case 'wildcard':
      return children(value);
    case 'recursive':
      return containers(value);
    case 'union':
      return step.steps.flatMap((alternative) => take(alternative, value));
    case 'filter':
      return Array.isArray(value) ? value.filter((item) => satisfies(step.filter, item)) : [];
  }
}

function present(value: unknown): unknown[] {
  return value === undefined ? [] : [value];
}

function children(value: unknown): unknown[] {
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

function satisfies(filter: JsonPathFilter, item: unknown): boolean {
  const left = operandValues(filter.left, item);
  if (filter.operator === 'exists' || filter.right === undefined) return left.length > 0;
  const right = operandValues(filter.right, item);
  if (left.length !== 1 || right.length !== 1) return false;
  return compare(filter.operator, left[0], right[0]);
}

function operandValues(operand: JsonPathOperand, item: unknown): unknown[] {
  return 'path' in operand ? evaluateJsonPath(operand.path, item) : [operand.literal];
}

function compare(operator: JsonPathFilter['operator'], leftValue: unknown, rightValue: unknown): boolean {
  const left = plain(leftValue);
  const right = plain(rightValue);
  if (operator === '==') return deepEqual(left, right);
  if (operator === '!=') return !deepEqual(left, right);
  const numbers = typeof left === 'number' && typeof right === 'number';
  const texts = typeof left === 'string' && typeof right === 'string';
  if (!numbers && !texts) return false;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

function plain(value: unknown): unknown {
  return value instanceof NumberLexeme ? value.value : value;
}
