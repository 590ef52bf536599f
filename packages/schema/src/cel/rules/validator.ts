import { parseFieldPath } from '../../structural/field-path.ts';
import type { StructuralSchema, ValidationRule } from '../../structural/schema.ts';
import { declare } from './declared.ts';
import { type CompiledExpression, type CompileError, compileMessage, compileRule } from './rule.ts';

/** The rules of a schema and of everything below, compiled. Parts without rules are left out. */
export interface Validator {
  readonly schema: StructuralSchema;
  readonly rules: readonly CompiledRule[];
  readonly items: Validator | undefined;
  readonly values: Validator | undefined;
  readonly properties: ReadonlyMap<string, Validator>;
}

export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly condition: CompiledExpression | CompileError;
  /** Absent where there is none, or none that compiles. */
  readonly message: CompiledExpression | undefined;
  /** The path to blame, relative to the value: `b.c`, `l[key]`. */
  readonly fieldPath: string;
}

const validators = new WeakMap<StructuralSchema, Validator | undefined>();

/** The validator of a schema of whole objects, compiled once; undefined when there is no rule in it. */
export function validatorOf(schema: StructuralSchema): Validator | undefined {
  if (!validators.has(schema)) validators.set(schema, hasRules(schema) ? build(schema, true) : undefined);
  return validators.get(schema);
}

function hasRules(schema: StructuralSchema): boolean {
  const { additionalProperties, properties = {}, items } = schema;
  return (
    (schema['x-kubernetes-validations'] ?? []).length > 0 ||
    (items !== undefined && hasRules(items)) ||
    (typeof additionalProperties === 'object' && hasRules(additionalProperties)) ||
    Object.values(properties).some(hasRules)
  );
}

function build(schema: StructuralSchema, isRoot: boolean): Validator | undefined {
  const { additionalProperties, items } = schema;
  const properties = new Map<string, Validator>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const validator = build(property, false);
    if (validator) properties.set(name, validator);
  }
  const validator: Validator = {
    schema,
    rules: compileRules(schema, isRoot),
    items: items && build(items, false),
    values: typeof additionalProperties === 'object' ? build(additionalProperties, false) : undefined,
    properties,
  };
  const isEmpty = validator.rules.length === 0 && !validator.items && !validator.values && properties.size === 0;
  return isEmpty ? undefined : validator;
}

function compileRules(schema: StructuralSchema, isRoot: boolean): CompiledRule[] {
  const rules = (schema['x-kubernetes-validations'] ?? []).filter(({ rule }) => (rule ?? '').trim() !== '');
  const declared = rules.length > 0 ? declare(schema, isRoot) : undefined;
  return rules.map((rule) => {
    if (!declared) {
      const error = 'failed to convert to declType for CEL validation rules';
      return { rule, condition: { ok: false, error }, message: undefined, fieldPath: '' };
    }
    const message = rule.messageExpression ? compileMessage(rule, declared) : undefined;
    return {
      rule,
      condition: compileRule(rule, declared),
      message: message?.ok ? message : undefined,
      fieldPath: normalized(rule.fieldPath ?? '', schema),
    };
  });
}

/** A rule's fieldPath as field paths are written: names behind dots, keys of maps in brackets. */
function normalized(fieldPath: string, schema: StructuralSchema): string {
  let path = '';
  let current: StructuralSchema | undefined = schema;
  for (const step of fieldPath === '' ? [] : (parseFieldPath(fieldPath) ?? [])) {
    const name = 'field' in step ? step.field : step.items;
    const property: StructuralSchema | undefined = current?.properties?.[name];
    if (property) path += path === '' ? name : `.${name}`;
    else path += `[${name}]`;
    const values: StructuralSchema['additionalProperties'] = current?.additionalProperties;
    current = property ?? (typeof values === 'object' ? values : undefined);
  }
  return path;
}
