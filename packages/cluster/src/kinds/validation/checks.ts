import {
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateDns1123Label,
  validateDns1123Subdomain,
  validateIp,
  validateLabelKey,
  validatePortName,
  validatePortNumber,
  validateQualifiedName,
} from '@opwright/machinery';
import type { NameRule } from '../behaviour.ts';
import { field, int, text } from '../tree.ts';

/* The smallest checks, of which those of the kinds are made. `path` is that of the object; '' for the root. */

export function under(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** A text that breaks a rule, once per break. */
export function textErrors(value: string, path: string, rule: NameRule): FieldError[] {
  return rule(value).map((why) => invalidValue(path, value, why));
}

export const labelNameErrors = (value: string, path: string): FieldError[] =>
  textErrors(value, path, validateDns1123Label);
export const subdomainErrors = (value: string, path: string): FieldError[] =>
  textErrors(value, path, validateDns1123Subdomain);
export const qualifiedNameErrors = (value: string, path: string): FieldError[] =>
  textErrors(value, path, validateQualifiedName);
export const labelKeyErrors = (value: string, path: string): FieldError[] => textErrors(value, path, validateLabelKey);
export const ipErrors = (value: string, path: string): FieldError[] => textErrors(value, path, validateIp);

/** A text that has to be there. */
export function required(object: JsonObject | undefined, key: string, path: string, detail = ''): FieldError[] {
  return text(object, key) === '' ? [requiredValue(under(path, key), detail)] : [];
}

/** A text that has to be there and follow a rule. */
export function requiredName(
  object: JsonObject | undefined,
  key: string,
  path: string,
  rule: NameRule = validateDns1123Label,
): FieldError[] {
  const value = text(object, key);
  return value === '' ? [requiredValue(under(path, key))] : textErrors(value, under(path, key), rule);
}

/** A text that follows a rule where it is. */
export function optionalName(
  object: JsonObject | undefined,
  key: string,
  path: string,
  rule: NameRule = validateDns1123Subdomain,
): FieldError[] {
  const value = text(object, key);
  return value === '' ? [] : textErrors(value, under(path, key), rule);
}

/** One of the values that an enumeration allows. An empty value is the defaults' business. */
export function oneOf(
  object: JsonObject | undefined,
  key: string,
  path: string,
  supported: readonly string[],
): FieldError[] {
  return text(object, key) === '' ? [] : unsupported(object, key, path, supported);
}

/** One of the values that an enumeration allows, which has to be there. */
export function requiredOneOf(
  object: JsonObject | undefined,
  key: string,
  path: string,
  supported: readonly string[],
): FieldError[] {
  return text(object, key) === '' ? [requiredValue(under(path, key))] : unsupported(object, key, path, supported);
}

/** One of the values that an enumeration allows, where the field is there; an empty one is none of them. */
export function presentOneOf(
  object: JsonObject | undefined,
  key: string,
  path: string,
  supported: readonly string[],
): FieldError[] {
  return field(object, key) === undefined ? [] : unsupported(object, key, path, supported);
}

function unsupported(
  object: JsonObject | undefined,
  key: string,
  path: string,
  supported: readonly string[],
): FieldError[] {
  const value = text(object, key);
  return supported.includes(value) ? [] : [unsupportedValue(under(path, key), value, supported)];
}

/** `Invalid value: detail` for a value that is not shown. */
export function invalidWithoutValue(path: string, detail: string): FieldError {
  return { field: path, reason: 'FieldValueInvalid', message: `Invalid value: ${detail}` };
}

export const NEGATIVE = 'must be greater than or equal to 0';
export const NOT_POSITIVE = 'must be greater than zero';

export function nonNegative(object: JsonObject | undefined, key: string, path: string): FieldError[] {
  const value = int(object, key);
  return value < 0 ? [invalidValue(under(path, key), field(object, key), NEGATIVE)] : [];
}

/** A number that, where it is there, lies in a range. */
export function inRange(
  object: JsonObject | undefined,
  key: string,
  path: string,
  min: number,
  max: number,
  detail = `must be between ${min} and ${max}, inclusive`,
): FieldError[] {
  if (field(object, key) === undefined) return [];
  const value = int(object, key);
  return value < min || value > max ? [invalidValue(under(path, key), field(object, key), detail)] : [];
}

/** The number of a port, or its name. */
export function portErrors(object: JsonObject | undefined, key: string, path: string): FieldError[] {
  const port = field(object, key) ?? 0;
  const errors = typeof port === 'string' ? validatePortName(port) : validatePortNumber(int(object, key));
  return errors.map((why) => invalidValue(under(path, key), port, why));
}

const PATH = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

/** A name of the kind of `acme.io/foo`: a path below a domain. */
export function domainPathErrors(name: string, path: string): FieldError[] {
  if (name === '') return [requiredValue(path)];
  const slash = name.indexOf('/');
  const [domain, rest] = [name.slice(0, Math.max(0, slash)), name.slice(slash + 1)];
  if (domain === '' || rest === '') {
    return [invalidValue(path, name, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const errors = textErrors(domain, path, validateDns1123Subdomain);
  const why = "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";
  return PATH.test(rest) ? errors : [...errors, invalidValue(path, rest, why)];
}
