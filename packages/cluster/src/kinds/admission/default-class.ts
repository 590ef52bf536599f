import type { JsonObject } from '@opwright/machinery';
import { at, text } from '../tree.ts';
import type { Lookup } from './lookup.ts';

/** The name of the class that an annotation makes the default: of several the newest, then the first by name. */
export function defaultClassName(lookup: Lookup, storage: string, annotation: string): string | undefined {
  const isDefault = (one: JsonObject) => text(at(one, 'metadata', 'annotations'), annotation) === 'true';
  const found = [...lookup.list(storage)].filter(isDefault).sort(newestFirst)[0];
  return found === undefined ? undefined : text(at(found, 'metadata'), 'name');
}

function newestFirst(a: JsonObject, b: JsonObject): number {
  const [left, right] = [at(a, 'metadata'), at(b, 'metadata')];
  const [older, newer] = [text(left, 'creationTimestamp'), text(right, 'creationTimestamp')];
  if (older !== newer) return older < newer ? 1 : -1;
  return text(left, 'name') < text(right, 'name') ? -1 : 1;
}
