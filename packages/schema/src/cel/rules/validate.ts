import {
  byteLength,
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  isPlainObject,
  requiredValue,
} from '@opwright/machinery';
import { correlatedField, correlatedItem, type Old } from '../../structural/correlate.ts';
import type { StructuralSchema, ValidationRule } from '../../structural/schema.ts';
import { CelError } from '../values/error.ts';
import { Correlation } from './correlation.ts';
import { MAX_MESSAGE_SIZE, OBJECT_COST_LIMIT } from './limits.ts';
import { type CompiledRule, type Validator, validatorOf } from './validator.ts';

/** Options of {@link validateRules}. */
export interface RuleOptions {
  /** The object before an update; without it, it is a create. */
  readonly old?: unknown;
  /** What the schema says about the object already. Where that leaves values that rules must not see, none is evaluated. */
  readonly errors?: readonly FieldError[];
  /** Is told what only unchanged values break. */
  readonly warn?: (text: string) => void;
  /** Unchanged values are judged like changed ones. Default: they may go on being wrong. */
  readonly strict?: boolean;
}

const BLOCKING: readonly FieldError['reason'][] = [
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
];

const NOT_CHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';

/**
 * What the CEL rules of a schema (`x-kubernetes-validations`) say about an object, in the API server's words. Rules that mention
 * oldSelf are for values that existed before; on update, unchanged values are not judged by other rules again. Rules are
 * compiled at the first use of a schema, which must not change afterwards.
 */
export function validateRules(schema: StructuralSchema, object: unknown, options: RuleOptions = {}): FieldError[] {
  const validator = validatorOf(schema);
  if (!validator) return [];
  const { old, errors = [], warn = () => {}, strict = false } = options;
  if (errors.some(({ reason }) => BLOCKING.includes(reason))) return [invalidValue('<nil>', null, NOT_CHECKED)];
  const run = new Run(warn, strict);
  const known = old === undefined || old === null ? undefined : { value: old };
  run.validate(validator, object, known, '', new Correlation(object, known));
  return run.errors;
}

class Run {
  readonly errors: FieldError[] = [];
  private readonly warn: (text: string) => void;
  private readonly strict: boolean;
  /** Negative when no further rule may run. */
  private budget = OBJECT_COST_LIMIT;

  constructor(warn: (text: string) => void, strict: boolean) {
    this.warn = warn;
    this.strict = strict;
  }

  validate(validator: Validator, value: unknown, old: Old, path: string, correlation: Correlation): void {
    if (value === null || value === undefined || this.budget < 0) return;
    this.rules(validator, value, old, path, correlation);
    if (Array.isArray(value)) this.list(validator, value, old, path, correlation);
    else if (isPlainObject(value)) this.object(validator, value, old, path, correlation);
  }

  private list(
    { items, schema }: Validator,
    list: readonly unknown[],
    old: Old,
    path: string,
    correlation: Correlation,
  ): void {
    if (!items) return;
    for (const [index, item] of list.entries()) {
      const below = correlation.item(schema, item);
      this.validate(items, item, correlatedItem(schema, item, old), `${path}[${index}]`, below);
    }
  }

  private object(
    { values, properties }: Validator,
    object: Readonly<Record<string, unknown>>,
    old: Old,
    path: string,
    correlation: Correlation,
  ): void {
    if (values) {
      for (const key of Object.keys(object)) {
        const below = correlation.field(key, object[key]);
        this.validate(values, object[key], correlatedField(key, old), `${path}[${key}]`, below);
      }
    }
    for (const [name, property] of properties) {
      if (!Object.hasOwn(object, name)) continue;
      const below = correlation.field(name, object[name]);
      this.validate(property, object[name], correlatedField(name, old), child(path, name), below);
    }
  }

  private rules({ rules, schema }: Validator, value: unknown, old: Old, path: string, correlation: Correlation): void {
    if (rules.length === 0) return;
    if (this.budget <= 0) {
      this.stop(path, schema, OUT_OF_BUDGET);
      return;
    }
    // A value that was null is one that was not there.
    const oldValue = old?.value ?? undefined;
    for (const rule of rules) {
      this.rule(rule, schema, value, oldValue, path, correlation);
      if (this.budget < 0) return;
    }
  }

  private rule(
    compiled: CompiledRule,
    schema: StructuralSchema,
    value: unknown,
    old: unknown,
    path: string,
    correlation: Correlation,
  ): void {
    const { rule, condition } = compiled;
    if (!condition.ok) {
      this.complain(path, schema, `rule compile error: ${condition.error}`);
      return;
    }
    // Transition rules need something to compare with, unless they say that they can do without.
    if (condition.usesOldSelf && old === undefined && !rule.optionalOldSelf) return;
    const { value: result, cost } = condition.evaluate(value, old);
    if (cost > this.budget) {
      this.stop(path, schema, OUT_OF_BUDGET);
      return;
    }
    this.budget -= cost;
    if (result === true) return;
    if (result instanceof CelError) {
      this.failed(result, rule, path, schema);
      return;
    }
    const detail = this.message(compiled, value, old, path, schema);
    if (detail === undefined) return;
    const error = errorFor(child(path, compiled.fieldPath), schema, detail, rule);
    if (this.strict || condition.usesOldSelf || !correlation.isUnchanged()) this.errors.push(error);
    else this.warn(`${error.field}: ${error.message}`);
  }

  private failed(error: CelError, rule: ValidationRule, path: string, schema: StructuralSchema): void {
    const text = (rule.message || rule.rule).trim();
    const { message } = error;
    if (message.startsWith('no such overload')) {
      const reason = 'call arguments did not match a supported operator, function or macro signature';
      this.complain(path, schema, `'${message}': ${reason} for rule: ${text}`);
    } else if (message.startsWith('operation cancelled: actual cost limit exceeded')) {
      const reason = 'no further validation rules will be run due to call cost exceeds limit';
      this.stop(path, schema, `'${message}': ${reason} for rule: ${text}`);
    } else this.complain(path, schema, `${message} evaluating rule: ${text}`);
  }

  /** What a failed rule says; undefined when finding out has used up the budget. */
  private message(
    { rule, message }: CompiledRule,
    value: unknown,
    old: unknown,
    path: string,
    schema: StructuralSchema,
  ): string | undefined {
    const fallback = rule.message ? rule.message.trim() : `failed rule: ${rule.rule.trim()}`;
    if (!message) return fallback;
    const evaluation = message.evaluate(value, old);
    if (evaluation.cost > this.budget) {
      const reason =
        'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run';
      this.stop(path, schema, reason);
      return undefined;
    }
    this.budget -= evaluation.cost;
    const text = typeof evaluation.value === 'string' ? evaluation.value.trim() : '';
    return text === '' || text.includes('\n') || byteLength(text) > MAX_MESSAGE_SIZE ? fallback : text;
  }

  private stop(path: string, schema: StructuralSchema, detail: string): void {
    this.complain(path, schema, detail);
    this.budget = -1;
  }

  private complain(path: string, schema: StructuralSchema, detail: string): void {
    this.errors.push(invalidValue(fieldOf(path), schema.type ?? '', detail));
  }
}

function errorFor(path: string, schema: StructuralSchema, detail: string, { reason }: ValidationRule): FieldError {
  const field = fieldOf(path);
  // Of the value, only its type is shown.
  const value = schema.type ?? '';
  switch (reason) {
    case 'FieldValueForbidden':
      return forbiddenValue(field, detail);
    case 'FieldValueRequired':
      return requiredValue(field, detail);
    case 'FieldValueDuplicate':
      return duplicateValue(field, value);
    default:
      return invalidValue(field, value, detail);
  }
}

function child(path: string, name: string): string {
  if (name === '') return path;
  return path === '' || name.startsWith('[') ? `${path}${name}` : `${path}.${name}`;
}

function fieldOf(path: string): string {
  return path === '' ? '<nil>' : path;
}
