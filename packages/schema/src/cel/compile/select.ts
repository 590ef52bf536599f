import type { SelectExpr } from '../syntax/ast.ts';
import { CelError, NO_OVERLOAD } from '../values/error.ts';
import { mapGet } from '../values/maps.ts';
import { StructValue } from '../values/struct-value.ts';
import { isMap } from '../values/type-name.ts';
import { CelMap, type CelValue, Optional } from '../values/value.ts';
import { adapterOf } from './adapt.ts';
import { compileRaw, namedValue } from './compile.ts';
import { type Code, noSuchKey } from './frame.ts';
import type { Scope } from './scope.ts';

/** `operand.field`, `operand.?field` and `has(operand.field)`. */
export function compileSelect(expr: SelectExpr, scope: Scope): { code: Code; raw: boolean } {
  const known = compileQualified(expr, scope);
  if (known) return known;
  const operand = compileRaw(expr.operand, scope);
  const type = scope.typeOf(expr.operand);
  // Escaped names are those of objects; keys of maps are what they are.
  const key = (type.kind === 'object' && type.fields.get(expr.field)?.key) || expr.field;
  const isObject = type.kind === 'object';
  if (expr.test) return { code: presence(operand.code, key, isObject), raw: false };
  if (!expr.optional && type.kind !== 'dyn' && !(type.kind === 'opaque')) {
    return { code: isObject ? fieldSelection(operand.code, key) : entrySelection(operand.code, key), raw: operand.raw };
  }
  // The types behind an optional are not tracked as raw, so values are adapted where they are read.
  const field =
    type.kind === 'object' ? type.fields.get(expr.field)?.type : type.kind === 'map' ? type.value : undefined;
  const adapter = operand.raw && field ? adapterOf(field) : undefined;
  const dynamic = dynamicSelection(operand.code, key, expr.optional, isObject, adapter);
  return { code: dynamic, raw: operand.raw && type.kind === 'dyn' && !expr.optional };
}

/** A declared name with dots in it. */
function compileQualified(expr: SelectExpr, scope: Scope): { code: Code; raw: boolean } | undefined {
  const name = scope.checked.names.get(expr);
  if (name === undefined) return undefined;
  const binding = scope.binding(name);
  if (binding) {
    const { slot, raw } = binding;
    return {
      code: (frame) => {
        frame.cost += 1;
        return frame.slots[slot] as CelValue;
      },
      raw,
    };
  }
  const value = namedValue(name);
  return value && { code: () => value, raw: false };
}

/** A field of an object. Where it is null, it is as good as absent. */
function fieldSelection(operand: Code, key: string): Code {
  const missing = noSuchKey(key);
  const isInherited = key in Object.prototype;
  return (frame) => {
    const object = operand(frame);
    frame.cost += 1;
    if (!isInherited && isMap(object) && !(object instanceof CelMap)) return object[key] ?? missing;
    return field(object, key, missing) ?? missing;
  };
}

/** An entry of a map, where null is a value. */
function entrySelection(operand: Code, key: string): Code {
  const missing = noSuchKey(key);
  return (frame) => {
    const map = operand(frame);
    frame.cost += 1;
    return field(map, key, missing);
  };
}

function field(from: CelValue, key: string, missing: CelError): CelValue {
  const object = from instanceof StructValue ? from.fields : from;
  if (isMap(object)) return mapGet(object, key) ?? (mapGet(object, key) === null ? null : missing);
  return object instanceof CelError ? object : NO_OVERLOAD;
}

/** Selection where the operand may be an optional, which then selects optionally. */
function dynamicSelection(
  operand: Code,
  key: string,
  optional: boolean,
  isObject: boolean,
  adapt: ((value: CelValue) => CelValue) | undefined,
): Code {
  const missing = noSuchKey(key);
  return (frame) => {
    let object = operand(frame);
    frame.cost += 1;
    if (object instanceof CelError) return object;
    const isOptional = optional || object instanceof Optional;
    if (object instanceof Optional) {
      if (object.value === undefined) return object;
      object = object.value;
    }
    if (!isMap(object)) return isOptional ? NO_OVERLOAD : field(object, key, missing);
    const value = mapGet(object, key);
    if (value === undefined || (value === null && isObject)) return isOptional ? Optional.none : missing;
    const adapted = adapt ? adapt(value) : value;
    return isOptional && !(adapted instanceof CelError) ? new Optional(adapted) : adapted;
  };
}

/** Presence tests cost nothing beyond reaching the operand. */
function presence(operand: Code, key: string, isObject: boolean): Code {
  return (frame) => {
    let object = operand(frame);
    if (object instanceof Optional) {
      if (object.value === undefined) return false;
      object = object.value;
    }
    if (object instanceof StructValue) object = object.fields;
    if (isMap(object)) return isObject ? (mapGet(object, key) ?? null) !== null : mapGet(object, key) !== undefined;
    return object instanceof CelError ? object : NO_OVERLOAD;
  };
}
