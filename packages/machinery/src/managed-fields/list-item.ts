import type { JsonValue } from '../json.ts';
import { compareText } from '../text/compare-text.ts';
import { goQuote } from '../text/go-quote.ts';
import { isPlainObject } from '../trees/own.ts';
import type { ListNode, TypeNode } from '../typed/type-node.ts';
import { type KeyField, listItemKey, type PathKey, setItemKey } from './path-element.ts';
import { asMap, impliedValue, valueAt } from './shape.ts';

/**
 * The path element of an item of a `set` or `map` list. A key that the item lacks takes the schema's default, as a
 * port's protocol does.
 * @throws Error when the item cannot be identified.
 */
export function itemKey(list: ListNode, item: JsonValue): PathKey {
  return list.listType === 'map' ? keyedItem(list, item) : plainItem(item);
}

function keyedItem(list: ListNode, item: JsonValue): PathKey {
  if (item === null) throw new Error('associative list with keys may not have a null element');
  const map = asMap(item);
  if (map === undefined) throw new Error('associative list with keys may not have non-map elements');
  const fields: KeyField[] = [];
  for (const name of sortedKeys(list)) {
    const own = valueAt(map, name);
    const value = own === undefined ? keyDefault(list.item, name) : own;
    if (value === undefined) {
      throw new Error(
        `associative list with keys has an element that omits key field ${goQuote(name)} (and doesn't have default value)`,
      );
    }
    fields.push([name, value]);
  }
  return listItemKey(fields);
}

function plainItem(item: JsonValue): PathKey {
  if (item === null) throw new Error("associative list without keys has an element that's an explicit null");
  if (Array.isArray(item)) throw new Error('not supported: associative list with lists as elements');
  if (isPlainObject(item)) throw new Error("associative list without keys has an element that's a map type");
  return setItemKey(item);
}

const keysInOrder = new WeakMap<ListNode, readonly string[]>();

function sortedKeys(list: ListNode): readonly string[] {
  let keys = keysInOrder.get(list);
  if (keys === undefined) {
    keys = [...list.keys].sort(compareText);
    keysInOrder.set(list, keys);
  }
  return keys;
}

// Go always writes a required scalar, which the published schema says as a default: such a key is never missing.
function keyDefault(item: TypeNode, name: string): JsonValue | undefined {
  const field = item.node === 'struct' ? item.fields.get(name) : undefined;
  if (field === undefined) return undefined;
  if (field.default !== undefined) return field.default;
  return field.whenAbsent === 'zero' ? impliedValue(field) : undefined;
}
