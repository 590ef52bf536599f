import { type FieldError, invalidValue, requiredValue, unsupportedValue } from '@opwright/machinery';
import { parseFieldPath } from './field-path.ts';
import { itemsOf, type LooseRule, type LooseSchema, propertyOf, valuesOf } from './loose-schema.ts';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** The rules about x-kubernetes-validations of one node that need no CEL compiler. */
export function checkRuleKeywords(schema: LooseSchema, path: string): FieldError[] {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) =>
    checkRule(rule, schema, `${path}.x-kubernetes-validations[${index}]`),
  );
}

function checkRule(rule: LooseRule, schema: LooseSchema, path: string): FieldError[] {
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
  const expression = (rule.rule ?? '').trim();
  const errors: FieldError[] = [];
  if (expression === '') {
    errors.push(requiredValue(`${path}.rule`, 'rule is not specified'));
  } else if (message !== '' && message.trim() === '') {
    errors.push(invalidValue(`${path}.message`, message, 'message must be non-empty if specified'));
  } else if (hasLineBreaks(message.trim())) {
    errors.push(invalidValue(`${path}.message`, message, 'message must not contain line breaks'));
  } else if (hasLineBreaks(expression) && message.trim() === '') {
    errors.push(requiredValue(`${path}.message`, 'message must be specified if rule contains line breaks'));
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(requiredValue(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  }
  if (reason !== undefined && !reasons.includes(reason)) {
    errors.push(unsupportedValue(`${path}.reason`, reason, reasons));
  }
  if (fieldPath !== '') errors.push(...checkFieldPath(fieldPath, schema, `${path}.fieldPath`));
  return errors;
}

function checkFieldPath(fieldPath: string, schema: LooseSchema, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (fieldPath.trim() === '') errors.push(invalidValue(field, fieldPath, 'fieldPath must be non-empty if specified'));
  if (hasLineBreaks(fieldPath)) errors.push(invalidValue(field, fieldPath, 'fieldPath must not contain line breaks'));
  if (!isValidPath(fieldPath, schema)) errors.push(invalidValue(field, fieldPath, 'fieldPath must be a valid path'));
  return errors;
}

function isValidPath(fieldPath: string, schema: LooseSchema): boolean {
  let current: LooseSchema | undefined = schema;
  for (const step of parseFieldPath(fieldPath) ?? [{ field: '' }]) {
    if ('field' in step) current = propertyOf(current, step.field) ?? valuesOf(current);
    else current = /^\d+$/.test(step.items) ? itemsOf(current) : undefined;
    if (!current) return false;
  }
  return true;
}

function hasLineBreaks(text: string): boolean {
  return /[\n\r]/.test(text);
}
