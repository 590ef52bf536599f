import { NumberLexeme } from '../json/number-lexeme.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { goSyntax, goText, goTypeName } from '../strategic-merge/go-print.ts';
import type { ListNode, Scalar, TypeNode } from '../typed/type-node.ts';
import { itemKey } from './list-item.ts';
import { fieldKey, indexKey, type PathKey, printPathKey } from './path-element.ts';
import { asList, asMap, fieldType, itemType, shapeOf, valueAt } from './shape.ts';
import { type Mismatch, TypedValueError } from './validation-error.ts';

/**
 * Checks that an apply configuration fits its type: no unknown field, every value of the right kind, no two items of a
 * list with the same identity. null fits everything. Of the unknown fields of one object the first is reported.
 * @throws TypedValueError with every mismatch, in the words of the real API server.
 */
export function validateTyped(type: TypeNode, object: JsonValue): void {
  const mismatches = mismatchesOf(type, object);
  if (mismatches.length > 0) throw new TypedValueError(mismatches);
}

/** Whether a stored object, whose lists may have repeated items, fits its type. */
export function fitsType(type: TypeNode, object: JsonValue): boolean {
  return mismatchesOf(type, object).every(({ isDuplicate }) => isDuplicate === true);
}

function mismatchesOf(type: TypeNode, object: JsonValue): Mismatch[] {
  const mismatches: Mismatch[] = [];
  walk(type, object, [], mismatches);
  return mismatches;
}

function walk(type: TypeNode, value: JsonValue, path: PathKey[], found: Mismatch[]): void {
  if (value === null) return;
  const shape = shapeOf(type, value);
  if (shape === 'scalar') {
    const message = type.node === 'scalar' ? scalarMismatch(type.scalar, value) : undefined;
    if (message !== undefined) found.push({ path: [...path], message });
  } else if (shape === 'map') {
    const map = asMap(value);
    if (map !== undefined) walkMap(type, map, path, found);
    else found.push({ path: [...path], message: `expected map, got &{${goText(value)}}` });
  } else {
    const list = asList(value);
    if (list !== undefined) walkList(type, list, path, found);
    else found.push({ path: [...path], message: `expected list, got &{${goText(value)}}` });
  }
}

function scalarMismatch(scalar: Scalar, value: JsonValue | NumberLexeme): string | undefined {
  if (value instanceof NumberLexeme) return scalarMismatch(scalar, value.value);
  switch (scalar) {
    case 'int32':
    case 'int64':
    case 'integer':
    case 'number':
      if (typeof value === 'number') return undefined;
      return `expected numeric (int or float), got ${goTypeName(value)}`;
    case 'string':
    case 'bytes':
    case 'duration':
      if (typeof value === 'string') return undefined;
      return `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
    case 'boolean':
      if (typeof value === 'boolean') return undefined;
      return `expected boolean, got &{${goText(value)}}`;
    default:
      if (typeof value !== 'object') return undefined;
      return `expected any scalar, got &{${goText(value)}}`;
  }
}

function walkMap(type: TypeNode, map: JsonObject, path: PathKey[], found: Mismatch[]): void {
  for (const name of Object.keys(map)) {
    const value = valueAt(map, name);
    if (value === undefined) continue;
    const child = fieldType(type, name);
    path.push(fieldKey(name));
    if (child === undefined) found.push({ path: [...path], message: 'field not declared in schema' });
    else walk(child, value, path, found);
    path.pop();
    if (child === undefined) return;
  }
}

function walkList(type: TypeNode, list: readonly JsonValue[], path: PathKey[], found: Mismatch[]): void {
  const identified = type.node === 'list' && type.listType !== 'atomic';
  const seen = new Set<PathKey>();
  for (let i = 0; i < list.length; i++) {
    let key = indexKey(i);
    if (identified) {
      const identity = identify(type, list[i]!);
      if ('error' in identity) {
        found.push({ path: [...path], message: `element ${i}: ${identity.error}` });
        return;
      }
      key = identity.key;
      if (seen.has(key))
        found.push({ path: [...path], message: `duplicate entries for key ${printPathKey(key)}`, isDuplicate: true });
      seen.add(key);
    }
    path.push(key);
    walk(itemType(type), list[i]!, path, found);
    path.pop();
  }
}

function identify(type: ListNode, item: JsonValue): { key: PathKey } | { error: string } {
  try {
    return { key: itemKey(type, item) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
