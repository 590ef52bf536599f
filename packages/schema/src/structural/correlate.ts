import { deepEqual, isPlainObject } from '@opwright/machinery';

/** A value before an update, where it is known which one it was. */
export type Old = { readonly value: unknown } | undefined;

/** The old value of a field or a map's entry. */
export function correlatedField(key: string, old: Old): Old {
  const object = old?.value;
  if (!isPlainObject(object) || !Object.hasOwn(object, key) || object[key] === undefined) return undefined;
  return { value: object[key] };
}

/** The old item of a list: lists of type map have one with the same keys, the items of others cannot be told apart. */
export function correlatedItem(schema: object, item: unknown, old: Old): Old {
  const { 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys = [] } = schema as {
    readonly 'x-kubernetes-list-type'?: string;
    readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  };
  const list = old?.value;
  if (type !== 'map' || !Array.isArray(list) || !isPlainObject(item)) return undefined;
  const value: unknown = list.find(
    (each) => isPlainObject(each) && keys.every((key) => deepEqual(each[key], item[key])),
  );
  return value === undefined ? undefined : { value };
}
