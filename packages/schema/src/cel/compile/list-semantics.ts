import type { CelType, ListType, ObjectType } from '../types/type.ts';
import { equals } from '../values/equality.ts';
import { mapGet } from '../values/maps.ts';
import { isList, isMap } from '../values/type-name.ts';
import type { CelValue } from '../values/value.ts';

/*
 * Lists that the schema calls sets or maps compare without regard to order, and adding to them keeps items unique. The
 * left operand's type decides.
 */

const known = new WeakMap<CelType, boolean>();

/** Whether a set or a list map is anywhere in a type. */
export function hasListSemantics(type: CelType): boolean {
  if (type.kind !== 'list' && type.kind !== 'map' && type.kind !== 'object') return false;
  let found = known.get(type);
  if (found === undefined) {
    if (type.kind === 'list') found = type.semantics !== undefined || hasListSemantics(type.item);
    else if (type.kind === 'map') found = hasListSemantics(type.value);
    else found = [...type.fields.values()].some((field) => hasListSemantics(field.type));
    known.set(type, found);
  }
  return found;
}

/** Equality as the schema of the left value has it. */
export function listEquality(type: CelType): (a: CelValue, b: CelValue) => boolean {
  return (a, b) => sameByType(type, a, b);
}

function sameByType(type: CelType, a: CelValue, b: CelValue): boolean {
  if (!hasListSemantics(type)) return equals(a, b);
  if (type.kind === 'list' && isList(a) && isList(b)) return sameLists(type, a, b);
  if (type.kind === 'map' && isMap(a) && isMap(b)) return sameObjects(a, b, () => type.value);
  if (type.kind === 'object' && isMap(a) && isMap(b)) return sameObjects(a, b, (key) => fieldType(type, key));
  return equals(a, b);
}

function fieldType(type: ObjectType, key: string): CelType | undefined {
  return type.fields.get(key)?.type ?? [...type.fields.values()].find((field) => field.key === key)?.type;
}

type JsonMap = Parameters<typeof mapGet>[0];

function sameObjects(a: JsonMap, b: JsonMap, typeOf: (key: string) => CelType | undefined): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => {
    const left = mapGet(a, key) as CelValue;
    const right = mapGet(b, key);
    if (right === undefined) return false;
    const type = typeOf(key);
    return type ? sameByType(type, left, right) : equals(left, right);
  });
}

function sameLists(type: ListType, a: readonly CelValue[], b: readonly CelValue[]): boolean {
  if (a.length !== b.length) return false;
  const { semantics, item } = type;
  if (semantics === undefined) return a.every((each, index) => sameByType(item, each, b[index] as CelValue));
  if (semantics === 'set') return isSubset(a, b) && isSubset(b, a);
  return a.every((each) => {
    const other = b.find((candidate) => sameKeys(semantics, each, candidate));
    return other !== undefined && sameByType(item, each, other);
  });
}

function isSubset(a: readonly CelValue[], b: readonly CelValue[]): boolean {
  return a.every((each) => b.some((other) => equals(each, other)));
}

function sameKeys(keys: readonly string[], a: CelValue, b: CelValue): boolean {
  if (!isMap(a) || !isMap(b)) return false;
  return keys.every((key) => equals(mapGet(a, key) ?? null, mapGet(b, key) ?? null));
}

/** Sets gain what they lack; in list maps the right one's items take the place of those with the same keys. */
export function addLists(a: readonly CelValue[], b: readonly CelValue[], type: ListType): readonly CelValue[] {
  const { semantics } = type;
  if (semantics === 'set') return [...a, ...b.filter((item) => !a.some((each) => equals(each, item)))];
  const keys = semantics ?? [];
  const result = [...a];
  for (const item of b) {
    const position = result.findIndex((each) => sameKeys(keys, each, item));
    if (position >= 0) result[position] = item;
    else result.push(item);
  }
  return result;
}
