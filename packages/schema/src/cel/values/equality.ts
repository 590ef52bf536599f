import { mapEntries, mapGet, mapSize } from './maps.ts';
import { compareNumbers, normal } from './numbers.ts';
import { isList, isMap } from './type-name.ts';
import { type CelValue, Duration, Extension, Optional, Timestamp, TypeValue } from './value.ts';

/** CEL's equality: numbers are equal across their types, values of different types are not equal. */
export function equals(a: CelValue, b: CelValue): boolean {
  if (typeof a === typeof b && typeof a !== 'object') return a === b;
  const left = normal(a);
  const right = normal(b);
  const order = compareNumbers(left, right);
  if (order !== undefined) return order === 0;
  if (left === null || right === null) return left === right;
  if (isList(left)) return isList(right) && sameItems(left, right);
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanos === right.nanos;
  if (left instanceof Duration) return right instanceof Duration && left.nanos === right.nanos;
  if (left instanceof Uint8Array) return right instanceof Uint8Array && compareBytes(left, right) === 0;
  if (left instanceof TypeValue) return right instanceof TypeValue && left.typeName === right.typeName;
  if (left instanceof Optional) {
    if (!(right instanceof Optional)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return equals(left.value, right.value);
  }
  if (left instanceof Extension) return left.equals(right);
  return isMap(left) && isMap(right) && sameEntries(left, right);
}

function sameItems(a: readonly CelValue[], b: readonly CelValue[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    if (!equals(a[index] as CelValue, b[index] as CelValue)) return false;
  }
  return true;
}

function sameEntries(a: Parameters<typeof mapSize>[0], b: Parameters<typeof mapSize>[0]): boolean {
  if (mapSize(a) !== mapSize(b)) return false;
  for (const [key, value] of mapEntries(a)) {
    const other = mapGet(b, key);
    if (other === undefined || !equals(value, other)) return false;
  }
  return true;
}

/** The order of two byte sequences. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] as number) - (b[index] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
