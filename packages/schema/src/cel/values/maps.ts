import { CelMap, type CelValue } from './value.ts';

type AnyMap = CelMap | { readonly [key: string]: CelValue };

/** The value of a key, undefined where there is none. */
export function mapGet(map: AnyMap, key: CelValue): CelValue | undefined {
  if (map instanceof CelMap) return map.get(key);
  return typeof key === 'string' && Object.hasOwn(map, key) ? map[key] : undefined;
}

export function mapSize(map: AnyMap): number {
  return map instanceof CelMap ? map.size : Object.keys(map).length;
}

export function mapKeys(map: AnyMap): readonly CelValue[] {
  return map instanceof CelMap ? map.keys() : Object.keys(map);
}

export function mapEntries(map: AnyMap): Iterable<readonly [CelValue, CelValue]> {
  return map instanceof CelMap ? map.values() : Object.entries(map);
}
