import {
  duplicateValue,
  type FieldError,
  internalFieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  tooManyItems,
  validateQualifiedName,
} from '@opwright/machinery';
import type { AdmissionCompiler, AdmissionExpression, ExpressionError } from '@opwright/schema';
import { text } from '../tree.ts';

/* Expressions in the objects that govern admission. */

/** Why an expression does not compile, at its field. */
export function compileErrors(
  compiled: AdmissionExpression | ExpressionError,
  source: string,
  path: string,
): FieldError[] {
  if (!('error' in compiled)) return [];
  return [
    compiled.internal === true ? internalFieldError(path, compiled.error) : invalidValue(path, source, compiled.error),
  ];
}

/** @param compiler one without variables: match conditions come before them */
export function matchConditionErrors(
  conditions: readonly JsonObject[],
  path: string,
  compiler: AdmissionCompiler,
): FieldError[] {
  const names = new Set<string>();
  const errors = conditions.flatMap((condition, index) => {
    const here = `${path}[${index}]`;
    const name = text(condition, 'name');
    const expression = text(condition, 'expression').trim();
    const own =
      expression === ''
        ? [requiredValue(`${here}.expression`)]
        : compileErrors(compiler.compile(expression, { returns: ['bool'] }), expression, `${here}.expression`);
    if (name === '') own.push(requiredValue(`${here}.name`));
    else {
      own.push(...validateQualifiedName(name).map((why) => invalidValue(`${here}.name`, name, why)));
      if (names.has(name)) own.push(duplicateValue(`${here}.name`, name));
      names.add(name);
    }
    return own;
  });
  return conditions.length > 64 ? [tooManyItems(path, conditions.length, 64), ...errors] : errors;
}
