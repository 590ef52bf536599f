import { setOwn } from './own.ts';

/** The array with its items replaced: a copy from the first item that changes, the very array when none does. */
export function mapArray(
  array: readonly unknown[],
  change: (item: unknown, index: number) => unknown,
): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (let index = 0; index < array.length; index++) {
    const item = change(array[index], index);
    if (changed === undefined && item !== array[index]) changed = array.slice(0, index);
    changed?.push(item);
  }
  return changed ?? array;
}

/** The object with its values replaced, without those that become undefined; the very object when nothing changes. */
export function mapObject(
  object: Readonly<Record<string, unknown>>,
  change: (key: string, value: unknown) => unknown,
): Readonly<Record<string, unknown>> {
  let changed: Record<string, unknown> | undefined;
  const keys = Object.keys(object);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    const value = change(key, object[key]);
    if (changed === undefined && value !== object[key]) {
      changed = {};
      for (let before = 0; before < at; before++) setOwn(changed, keys[before]!, object[keys[before]!]);
    }
    if (changed !== undefined && value !== undefined) setOwn(changed, key, value);
  }
  return changed ?? object;
}
