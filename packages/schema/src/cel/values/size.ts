import { mapSize } from './maps.ts';
import { textSize } from './text.ts';
import { isList, isMap } from './type-name.ts';
import { type CelValue, Extension, Optional } from './value.ts';

/** How large a value is for what it costs: characters, bytes, items, entries; 1 for everything else. */
export function runtimeSize(value: CelValue): number {
  if (typeof value === 'string') return textSize(value);
  if (isList(value) || value instanceof Uint8Array) return value.length;
  if (isMap(value)) return mapSize(value);
  if (value instanceof Optional && value.value !== undefined) return runtimeSize(value.value);
  return value instanceof Extension ? value.size : 1;
}
