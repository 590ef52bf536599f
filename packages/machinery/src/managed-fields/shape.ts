import type { JsonObject, JsonValue } from '../json.ts';
import { deepFreeze } from '../trees/deep-freeze.ts';
import { getOwn, isPlainObject } from '../trees/own.ts';
import { zeroValue } from '../typed/go-values.ts';
import type { AnyNode, FieldNode, StructNode, TypeNode } from '../typed/type-node.ts';

/** How server-side apply looks at a value: as one value, as items, or as fields. */
export type Shape = 'scalar' | 'list' | 'map';

/** The type of what no schema describes: maps are granular, lists atomic, all the way down. */
export const DEDUCED: AnyNode = { node: 'any', name: '' };

/** The shape that `type` gives to `value`. Without a schema the value decides, and null passes for any shape. */
export function shapeOf(type: TypeNode, value: JsonValue | undefined): Shape {
  switch (type.node) {
    case 'struct':
    case 'map':
      return 'map';
    case 'list':
      return 'list';
    case 'scalar':
      return 'scalar';
    case 'any':
      if (Array.isArray(value)) return 'list';
      return value === null || value === undefined || isPlainObject(value) ? 'map' : 'scalar';
  }
}

/** Whether a value of the given shape is owned as a whole. */
export function isAtomic(type: TypeNode, shape: Shape): boolean {
  switch (type.node) {
    case 'struct':
    case 'map':
      return type.atomic;
    case 'list':
      return type.listType === 'atomic';
    case 'scalar':
      return true;
    case 'any':
      return shape !== 'map' || type.name === 'RawExtension';
  }
}

/** The type of a field or map entry; undefined when the type has no such field. */
export function fieldType(type: TypeNode, name: string): TypeNode | undefined {
  switch (type.node) {
    case 'struct': {
      const field = type.fields.get(name);
      if (field !== undefined) return field.type;
      if (type.freeForm ?? type.preserveUnknown) return DEDUCED;
      return type.embeddedResource && TYPE_META.has(name) ? DEDUCED : undefined;
    }
    case 'map':
      return type.value;
    case 'any':
      return DEDUCED;
    default:
      return undefined;
  }
}

const TYPE_META: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** Whether a name is a declared field, as opposed to the key of a map entry. */
export function isDeclared(type: TypeNode, name: string): boolean {
  return type.node === 'struct' && type.fields.has(name);
}

export function itemType(type: TypeNode): TypeNode {
  return type.node === 'list' ? type.item : DEDUCED;
}

export function asList(value: JsonValue | undefined): readonly JsonValue[] | undefined {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : undefined;
}

export function asMap(value: JsonValue | undefined): JsonObject | undefined {
  return isPlainObject(value) ? (value as JsonObject) : undefined;
}

/** The value of an own property; undefined stands for absence. */
export function valueAt(map: JsonObject, name: string): JsonValue | undefined {
  return getOwn(map, name) as JsonValue | undefined;
}

export function isEmptyMap(map: JsonObject | undefined): boolean {
  if (map === undefined) return true;
  for (const name in map) if (Object.hasOwn(map, name) && map[name] !== undefined) return false;
  return true;
}

const zeroFields = new WeakMap<StructNode, ReadonlyMap<string, JsonValue>>();

/**
 * The fields that Go writes even when nothing set them, with what it writes. They exist in every object of a built-in
 * kind, so that nobody adds or removes them.
 */
export function alwaysWritten(type: StructNode): ReadonlyMap<string, JsonValue> {
  let zeros = zeroFields.get(type);
  if (zeros === undefined) {
    const found = new Map<string, JsonValue>();
    for (const [name, field] of type.fields) {
      if (field.whenAbsent !== 'omit') found.set(name, impliedValue(field));
    }
    zeros = found;
    zeroFields.set(type, zeros);
  }
  return zeros;
}

/** The value of an absent field that Go writes nevertheless. */
export function impliedValue(field: FieldNode): JsonValue {
  return field.whenAbsent === 'null' ? null : (deepFreeze(zeroValue(field.type)) as JsonValue);
}
