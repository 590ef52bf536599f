import { type FieldError, invalidValue, NumberLexeme } from '@opwright/machinery';
import { goType } from './go-type.ts';
import type { NestedValidation } from './schema.ts';

/** What is wrong with a number by its bounds and its factor; formats are not checked (kube-apiserver lets them pass). */
export function numberErrors(schema: NestedValidation, value: number | NumberLexeme, path: string): FieldError[] {
  const number = value instanceof NumberLexeme ? value.value : value;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const field = path === '' ? '<nil>' : path;
  const errors: FieldError[] = [];
  const complain = (text: string) => errors.push(invalidValue(field, value, `${path} in body should be ${text}`));

  // Integers are compared as integers: of a bound with a fraction its whole part counts.
  const boundOf = (bound: number) => (goType(value).type === 'integer' ? Math.trunc(bound) : bound);
  const factor = multipleOf === undefined ? undefined : boundOf(multipleOf);
  if (factor === 0) {
    errors.push(invalidValue(field, 0, `factor MultipleOf declared for ${path} must be positive: 0`));
  } else if (factor !== undefined && !isMultiple(number, factor)) complain(`a multiple of ${factor}`);
  const most = maximum === undefined ? undefined : boundOf(maximum);
  if (most !== undefined && (exclusiveMaximum ? number >= most : number > most)) {
    complain(`less than ${exclusiveMaximum ? '' : 'or equal to '}${most}`);
  }
  const least = minimum === undefined ? undefined : boundOf(minimum);
  if (least !== undefined && (exclusiveMinimum ? number <= least : number < least)) {
    complain(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${least}`);
  }
  return errors;
}

// The same arithmetic as the API server's, with its rounding.
function isMultiple(value: number, factor: number): boolean {
  if (factor <= 0) return false;
  const quotient = factor < 1 ? (1 / factor) * value : value / factor;
  const difference = Math.abs(quotient - Math.trunc(quotient));
  if (difference === 0) return true;
  return difference / (Math.abs(quotient) + Math.abs(Math.trunc(quotient))) < 1e-9;
}
