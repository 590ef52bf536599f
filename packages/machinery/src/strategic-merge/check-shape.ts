import type { JsonObject, JsonValue } from '../json.ts';
import { getOwn } from '../trees/own.ts';
import type { Scalar, TypeNode } from '../typed/type-node.ts';
import { isMap } from './directives.ts';
import { goTypeName } from './go-print.ts';
import { StrategicMergeError } from './patch-error.ts';

/**
 * Checks that what a patch has put into an object is of the right kind. What is shared with the original is not looked
 * at. Texts that have a format, and unknown fields, are left to decoding.
 * @throws StrategicMergeError 422
 */
export function checkShape(type: TypeNode, value: JsonValue | undefined, original: JsonValue | undefined): void {
  if (value === original || value === null || value === undefined) return;
  switch (type.node) {
    case 'struct':
    case 'map':
      if (!isMap(value)) throw mismatch(`cannot restore ${type.node === 'map' ? 'map from' : 'struct from:'}`, value);
      // Go goes through the fields of its struct.
      for (const name of type.node === 'map' ? Object.keys(value) : type.fields.keys()) {
        const child = type.node === 'map' ? type.value : type.fields.get(name)?.type;
        if (child !== undefined)
          checkShape(child, valueAt(value, name), isMap(original) ? valueAt(original, name) : undefined);
      }
      break;
    case 'list': {
      if (!Array.isArray(value)) throw mismatch('cannot restore slice from', value);
      const known = new Set<JsonValue>(Array.isArray(original) ? (original as readonly JsonValue[]) : []);
      for (const item of value as readonly JsonValue[]) {
        if (!known.has(item)) checkShape(type.item, item, undefined);
      }
      break;
    }
    case 'scalar':
      checkScalar(type.scalar, value);
      break;
  }
}

function checkScalar(scalar: Scalar, value: JsonValue): void {
  switch (scalar) {
    case 'string':
      if (typeof value !== 'string') throw cannotConvert(value, 'string');
      break;
    case 'boolean':
      if (typeof value !== 'boolean') throw cannotConvert(value, 'bool');
      break;
    case 'int32':
    case 'int64':
      if (!Number.isInteger(value)) throw cannotConvert(value, scalar);
      break;
    case 'number':
      if (typeof value !== 'number') throw cannotConvert(value, 'float64');
      break;
    case 'bytes':
      if (typeof value !== 'string' && !Array.isArray(value)) throw mismatch('cannot restore slice from', value);
      break;
    default:
      break;
  }
}

function valueAt(map: JsonObject, name: string): JsonValue | undefined {
  return getOwn(map, name) as JsonValue | undefined;
}

function cannotConvert(value: JsonValue, to: string): StrategicMergeError {
  // Go converts between numbers, and from integers to text; of anything else it names what was wanted.
  const convertible = typeof value === 'number' && to !== 'bool' && (to !== 'string' || Number.isInteger(value));
  const why = convertible ? `cannot convert ${goTypeName(value)} to ${to}` : `unrecognized type: ${to}`;
  return new StrategicMergeError(422, why);
}

function mismatch(what: string, value: JsonValue): StrategicMergeError {
  return new StrategicMergeError(422, `${what} ${goKind(value)}`);
}

function goKind(value: JsonValue): string {
  if (isMap(value)) return 'map';
  return Array.isArray(value) ? 'slice' : goTypeName(value);
}
