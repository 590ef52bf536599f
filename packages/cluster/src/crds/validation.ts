import {
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  validateDns1123Subdomain,
} from '@opwright/machinery';
import { type StructuralSchema, validate, validateListTypes, validateObject, validateRules } from '@opwright/schema';
import type { ScalePaths } from '../kinds/kind.ts';
import { scaleSpecErrors, scaleStatusErrors } from './scale-errors.ts';

/** What is wrong with a custom resource. On update what was wrong before, and is the same, may stay. */
export function objectErrors(
  schema: StructuralSchema,
  scale: ScalePaths | undefined,
  object: JsonObject,
  old: JsonObject | undefined,
  warn?: (text: string) => void,
): FieldError[] {
  const errors = [
    ...validateObject(schema, object, old),
    ...(scale === undefined ? [] : [...scaleSpecErrors(object, scale), ...scaleStatusErrors(object, scale)]),
  ];
  // That there is no name is told elsewhere; rules are not run on such an object.
  const { name = '' } = object.metadata as { readonly name?: string };
  const known = name === '' ? [...errors, requiredValue('metadata.name')] : errors;
  const byRules = validateRules(schema, object, { old, errors: known, ...(warn && { warn }) });
  return [...nameErrors(object), ...errors, ...byRules];
}

/** What is wrong with the status of a custom resource that is written on its own: the rest is not looked at again, but by rules. */
export function statusErrors(
  schema: StructuralSchema,
  scale: ScalePaths | undefined,
  object: JsonObject,
  old: JsonObject,
): FieldError[] {
  const { status: statusSchema } = (schema.properties ?? {}) as { readonly status?: StructuralSchema };
  const { status } = object;
  const own = statusSchema === undefined || status === undefined ? [] : validate(statusSchema, status);
  const repeated = validateListTypes(schema, object);
  const isOld = repeated.length > 0 && validateListTypes(schema, old).length > 0;
  const errors = [
    ...own.map((error) => ({ ...error, field: inStatus(error.field) })),
    ...(scale === undefined ? [] : scaleStatusErrors(object, scale)),
    ...(isOld ? [] : repeated),
  ];
  return [...errors, ...validateRules(schema, object, { old, errors, strict: true })];
}

/** Texts name a value by its path in the status, fields by the whole. */
function inStatus(field: string): string {
  return field === '<nil>' ? 'status' : `status.${field.replace(/^\./, '')}`;
}

function nameErrors(object: JsonObject) {
  const { name, generateName } = object.metadata as { name?: string; generateName?: string };
  const base = generateName?.replace(/-$/, 'a');
  return [
    ...(base
      ? validateDns1123Subdomain(base).map((why) => invalidValue('metadata.generateName', generateName, why))
      : []),
    ...(name ? validateDns1123Subdomain(name).map((why) => invalidValue('metadata.name', name, why)) : []),
  ];
}
