import {
  deepEqual,
  type FieldError,
  goQuote,
  invalidValue,
  isPlainObject,
  NumberLexeme,
  requiredValue,
  tooManyItems,
  typeInvalid,
  unsupportedValue,
  valueTooLong,
} from '@opwright/machinery';
import { correlatedField, correlatedItem, type Old } from './correlate.ts';
import { textFormat } from './formats.ts';
import { goType } from './go-type.ts';
import { numberErrors } from './numbers.ts';
import { compileRegex } from './regex.ts';
import type { NestedValidation, SchemaType, StructuralSchema } from './schema.ts';

/**
 * What is wrong with a value by its schema, in the API server's words. Uniqueness in sets and list maps, embedded
 * objects and CEL rules are separate steps: see {@link validateObject}.
 *
 * @param path the value's field path; '' for the root
 * @param old the value before an update: what did not change is not complained about (ratcheting)
 */
export function validate(
  schema: StructuralSchema | NestedValidation,
  value: unknown,
  path = '',
  old: Old = undefined,
): FieldError[] {
  return check(schema, value, path, old).errors.map(({ error }) => error);
}

/** A field error and the text by which the API server tells errors apart: reports are kept unique. */
interface Found {
  readonly error: FieldError;
  readonly text: string;
}

/** `matches` counts passed checks; it decides which branch of an anyOf or oneOf gets reported. */
interface Result {
  readonly errors: readonly Found[];
  readonly matches: number;
}

/** What one check found. */
type Part = readonly FieldError[] | Result;

type Extended = NestedValidation & { readonly nullable?: boolean; readonly 'x-kubernetes-int-or-string'?: boolean };

function check(schema: Extended, value: unknown, path: string, old: Old): Result {
  const result = checkAgainst(schema, value, path, old);
  if (result.errors.length > 0 && old && deepEqual(old.value, value)) return { errors: [], matches: result.matches };
  return result;
}

function checkAgainst(schema: Extended, value: unknown, path: string, old: Old): Result {
  if (value === null || value === undefined) {
    return collect([typeErrors(schema, null, path), enumErrors(schema, null, path)], 0);
  }
  const parts: Part[] = [
    typeErrors(schema, value, path),
    checkJunctors(schema, value, path, old),
    enumErrors(schema, value, path),
  ];
  if (typeof value === 'string') parts.push(textErrors(schema, value, path), formatErrors(schema, value, path));
  else if (typeof value === 'number' || value instanceof NumberLexeme) parts.push(numberErrors(schema, value, path));
  else if (Array.isArray(value)) checkArray(schema, value, path, old, parts);
  else if (isPlainObject(value)) checkObject(schema, value, path, old, parts);
  return collect(parts, parts.length);
}

function collect(parts: readonly Part[], matches: number): Result {
  let total = matches;
  let errors: Found[] | undefined;
  for (const part of parts) {
    if (!isResult(part)) {
      if (part.length > 0) errors = merged(errors, part.map(identified));
      continue;
    }
    total += part.matches;
    if (part.errors.length > 0) errors = merged(errors, part.errors);
  }
  return { errors: errors ?? NONE, matches: total };
}

const NONE: readonly Found[] = Object.freeze([]);

function isResult(part: Part): part is Result {
  return !Array.isArray(part);
}

/** Equal reports are kept once. */
function merged(errors: Found[] = [], more: readonly Found[]): Found[] {
  for (const each of more) {
    if (!errors.some((known) => known.text === each.text)) errors.push(each);
  }
  return errors;
}

function identified(error: FieldError): Found {
  return { error, text: `${error.field}: ${error.message}` };
}

// Alternatives say their own type (int-or-string) and nothing else, so a missing type accepts everything.
function typeErrors(schema: Extended, value: unknown, path: string): readonly FieldError[] {
  const types = typesOf(schema);
  const format = checkedFormat(schema, types);
  if (types.length === 0 && format === '') return [];
  const field = fieldOf(path);
  if (value === null) {
    if (types.length === 0 || schema.nullable) return [];
    return [typeInvalid(field, 'null', `${path} in body must be of type ${types.join(',')}: "null"`)];
  }
  const found = goType(value);
  const isMatch = types.includes(found.type);
  const isFloatInteger = found.type === 'number' && found.isWhole && types.includes('integer');
  const isIntegerFloat = found.type === 'integer' && types.includes('number');
  const isTextual = found.type === 'string' || found.type === 'array';
  if (!isTextual && format !== '' && !(isMatch || found.format === format || isFloatInteger || isIntegerFloat)) {
    return [typeInvalid(field, found.format, `${path} in body must be of type ${format}: "${found.format}"`)];
  }
  if (isTextual && format !== '' && !types.includes('number') && !types.includes('integer')) return [];
  if (isMatch || isFloatInteger || isIntegerFloat) return [];
  return [typeInvalid(field, found.type, `${path} in body must be of type ${types.join(',')}: "${found.type}"`)];
}

const INT_OR_STRING = ['integer', 'string'];
const NO_TYPES: readonly string[] = [];
const SINGLE_TYPES: Readonly<Record<SchemaType, readonly string[]>> = {
  array: ['array'],
  boolean: ['boolean'],
  integer: ['integer'],
  number: ['number'],
  object: ['object'],
  string: ['string'],
};

function typesOf(schema: Extended): readonly string[] {
  if (schema['x-kubernetes-int-or-string']) return INT_OR_STRING;
  return (schema.type && SINGLE_TYPES[schema.type]) ?? NO_TYPES;
}

/** The format as far as the API server looks at it: that of texts; '' where it is ignored. */
export function checkedFormat(schema: Extended, types: readonly string[] = typesOf(schema)): string {
  const { format } = schema;
  if (!format) return '';
  const type = types.length === 1 ? types[0] : '';
  if (type === 'string' || type === '') return textFormat(format) ? format : '';
  return '';
}

function enumErrors(schema: Extended, value: unknown, path: string): readonly FieldError[] {
  if (!schema.enum || schema.enum.length === 0) return [];
  const plain = value instanceof NumberLexeme ? value.value : value;
  if (plain !== null && schema.enum.some((allowed) => deepEqual(allowed, plain))) return [];
  const names = schema.enum.map((allowed) => (typeof allowed === 'string' ? allowed : JSON.stringify(allowed)));
  return [unsupportedValue(fieldOf(path), value, names)];
}

function textErrors(schema: Extended, value: string, path: string): readonly FieldError[] {
  const { maxLength, minLength, pattern } = schema;
  const field = fieldOf(path);
  if (maxLength !== undefined && value.length > maxLength && codePoints(value) > maxLength) {
    return [valueTooLong(field, maxLength)];
  }
  if (minLength !== undefined && codePoints(value) < minLength) {
    return [invalidValue(field, value, `${path} in body should be at least ${minLength} chars long`)];
  }
  if (!pattern) return [];
  const regex = compileRegex(pattern);
  if ('test' in regex && regex.test(value)) return [];
  const reason = 'test' in regex ? '' : `, but pattern is invalid: ${regex.error}`;
  return [invalidValue(field, value, `${path} in body should match '${pattern}${reason}'`)];
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function formatErrors(schema: Extended, value: string, path: string): readonly FieldError[] {
  const format = checkedFormat(schema);
  if (format === '' || textFormat(format)?.(value) !== false) return [];
  return [typeInvalid(fieldOf(path), value, `${path} in body must be of type ${format}: ${goQuote(value)}`)];
}

function checkArray(schema: Extended, value: readonly unknown[], path: string, old: Old, parts: Part[]): void {
  const { items, minItems, maxItems } = schema;
  if (items) {
    for (const [index, item] of value.entries()) {
      parts.push(check(items, item, `${path}[${index}]`, correlatedItem(schema, item, old)));
    }
  }
  const field = fieldOf(path);
  if (minItems !== undefined && value.length < minItems) {
    parts.push([invalidValue(field, value.length, `${path} in body should have at least ${minItems} items`)]);
  }
  if (maxItems !== undefined && value.length > maxItems) parts.push([tooManyItems(field, value.length, maxItems)]);
}

function checkObject(
  schema: Extended,
  value: Readonly<Record<string, unknown>>,
  path: string,
  old: Old,
  parts: Part[],
): void {
  const { properties = {}, additionalProperties, minProperties, maxProperties, required = [] } = schema;
  const field = fieldOf(path);
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  if (minProperties !== undefined && keys.length < minProperties) {
    parts.push([invalidValue(field, keys.length, `${path} in body should have at least ${minProperties} properties`)]);
  }
  if (maxProperties !== undefined && keys.length > maxProperties) {
    parts.push([tooManyItems(field, keys.length, maxProperties)]);
  }
  if (typeof additionalProperties === 'object') {
    for (const key of keys) {
      if (Object.hasOwn(properties, key)) continue;
      parts.push(check(additionalProperties, value[key], `${path}.${key}`, correlatedField(key, old)));
    }
  }
  for (const key of Object.keys(properties)) {
    if (!Object.hasOwn(value, key) || value[key] === undefined) continue;
    const below = path === '' ? key : `${path}.${key}`;
    // apiVersion and kind of the root were converted on both sides: their change cannot be seen.
    const oldField = path === '' && (key === 'apiVersion' || key === 'kind') ? undefined : correlatedField(key, old);
    parts.push(check(properties[key] as Extended, value[key], below, oldField));
  }
  for (const key of required) {
    if (Object.hasOwn(value, key) && value[key] !== undefined) continue;
    parts.push([requiredValue(path === '' ? key : `${path}.${key}`)]);
  }
}

const PASSED: Result = { errors: NONE, matches: 1 };

function checkJunctors(schema: Extended, value: unknown, path: string, old: Old): Result {
  if (!schema.anyOf && !schema.oneOf && !schema.allOf && !schema.not) return PASSED;
  const { anyOf = [], oneOf = [], allOf = [], not } = schema;
  const parts: Part[] = [];
  const complain = (text: string) => parts.push([invalidValue('<nil>', '', `"${path}" must ${text}`)]);

  if (anyOf.length > 0) {
    const results = anyOf.map((branch) => checkAgainst(branch, value, path, old));
    const success = results.find(isValid);
    if (!success) complain('validate at least one schema (anyOf)');
    parts.push(success ?? best(results));
  }
  if (oneOf.length > 0) {
    const results = oneOf.map((branch) => checkAgainst(branch, value, path, old));
    const valid = results.filter(isValid);
    if (valid.length === 1) parts.push(valid[0] as Result);
    else {
      const found = valid.length === 0 ? 'Found none valid' : `Found ${valid.length} valid alternatives`;
      complain(`validate one and only one schema (oneOf). ${found}`);
      if (valid.length === 0) parts.push(best(results));
    }
  }
  if (allOf.length > 0) {
    const results = allOf.map((branch) => checkAgainst(branch, value, path, old));
    const valid = results.filter(isValid).length;
    parts.push(...results);
    if (valid < results.length) complain(`validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  }
  if (not && isValid(checkAgainst(not, value, path, old))) complain('not validate the schema (not)');
  return collect(parts, 1);
}

function isValid(result: Result): boolean {
  return result.errors.length === 0;
}

/** The failed branch with the most passed checks, the first of equals. */
function best(results: readonly Result[]): Result {
  return results.reduce((found, result) => (result.matches > found.matches ? result : found));
}

/** The field of an error: the root has none. */
function fieldOf(path: string): string {
  return path === '' ? '<nil>' : path;
}
