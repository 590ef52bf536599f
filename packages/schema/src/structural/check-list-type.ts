import { type FieldError, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '@opwright/machinery';
import { itemsOf, type LooseSchema, propertyOf } from './loose-schema.ts';

/** The rules about x-kubernetes-list-type and x-kubernetes-list-map-keys of one node. */
export function checkListType(schema: LooseSchema, path: string): FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const errors: FieldError[] = [];
  if (listType !== undefined && schema.type !== 'array') {
    const detail = 'must be array if x-kubernetes-list-type is specified';
    errors.push(
      schema.type ? invalidValue(`${path}.type`, schema.type, detail) : requiredValue(`${path}.type`, detail),
    );
  } else if (listType === 'set') {
    errors.push(...checkSetItems(itemsOf(schema), path));
  }
  if (listType !== undefined && !['atomic', 'set', 'map'].includes(listType)) {
    errors.push(unsupportedValue(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const field = `${path}.x-kubernetes-list-type`;
    errors.push(listType === undefined ? requiredValue(field, detail) : invalidValue(field, listType, detail));
  }
  if (listType === 'map') errors.push(...checkMapItems(schema, keys, path));
  if (listType === 'map' || listType === 'set') errors.push(...checkNullable(schema, listType, keys, path));
  return errors;
}

function checkSetItems(items: LooseSchema | undefined, path: string): FieldError[] {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  if (items?.type === 'array') {
    const listType = items['x-kubernetes-list-type'] ?? 'atomic';
    return listType === 'atomic' ? [] : [invalidValue(`${path}.items.x-kubernetes-list-type`, listType, detail)];
  }
  if (items?.type !== 'object' || items['x-kubernetes-map-type'] === 'atomic') return [];
  // The value that the API server shows here is that of the list type.
  return [invalidValue(`${path}.items.x-kubernetes-map-type`, items['x-kubernetes-list-type'], detail)];
}

function checkMapItems(schema: LooseSchema, keys: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const items = itemsOf(schema);
  const keysField = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) {
    errors.push(requiredValue(keysField, 'must not be empty if x-kubernetes-list-type is map'));
  }
  if (schema.items === undefined) {
    errors.push(requiredValue(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'));
  }
  if (!items) return errors;
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    return [...errors, invalidValue(`${path}.items.type`, items.type ?? '', detail)];
  }
  for (const [index, key] of keys.entries()) {
    const property = propertyOf(items, key);
    if (!property) {
      errors.push(invalidValue(keysField, keys, 'entries must all be names of item properties'));
    } else if (property.type === 'array' || property.type === 'object') {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalidValue(`${path}.items.properties[${key}].type`, items.type, detail));
    }
    if (keys.indexOf(key) < index) errors.push(invalidValue(keysField, keys, 'must not contain duplicate entries'));
  }
  return errors;
}

function checkNullable(schema: LooseSchema, listType: string, keys: readonly string[], path: string): FieldError[] {
  const items = itemsOf(schema);
  if (!items) return [];
  const errors: FieldError[] = [];
  if (items.nullable) {
    errors.push(
      forbiddenValue(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`),
    );
  }
  if (listType !== 'map') return errors;
  for (const key of keys) {
    const property = propertyOf(items, key);
    if (!property) continue;
    const field = `${path}.items.properties[${key}]`;
    if (!items.required?.includes(key) && (property.default ?? null) === null) {
      const detail =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      errors.push(requiredValue(`${field}.default`, detail));
    }
    if (property.nullable) {
      const detail = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
      errors.push(forbiddenValue(`${field}.nullable`, detail));
    }
  }
  return errors;
}
