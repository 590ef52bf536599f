import { compareText } from '../text/compare-text.ts';
import { isPlainObject, setOwn } from './own.ts';

/**
 * A copy of a JSON tree in which the maps that `isSorted` names have their keys in order, as Go writes its maps. What holds
 * none of them is shared.
 */
export function withSortedKeys(value: unknown, isSorted: (map: object) => boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => withSortedKeys(item, isSorted));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  if (!isPlainObject(value)) return value;
  const keys = Object.keys(value);
  const names = isSorted(value) ? [...keys].sort(compareText) : keys;
  const result: { [key: string]: unknown } = {};
  let isSame = true;
  for (const [at, name] of names.entries()) {
    const item = withSortedKeys(value[name], isSorted);
    isSame &&= name === keys[at] && item === value[name];
    setOwn(result, name, item);
  }
  return isSame ? value : result;
}
