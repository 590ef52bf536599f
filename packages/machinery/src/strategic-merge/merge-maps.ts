import type { JsonObject, JsonValue } from '../json.ts';
import { getOwn, setOwn } from '../trees/own.ts';
import type { TypeNode } from '../typed/type-node.ts';
import { DIRECTIVE, isMap, patchedValue } from './directives.ts';
import { applyElementOrder, requireList } from './element-order.ts';
import { deleteFromList, mergeListField } from './merge-lists.ts';
import { badFormat, unknownPatchType } from './patch-error.ts';
import { mapMeta } from './patch-meta.ts';

export const RETAIN_KEYS = '$retainKeys';
export const DELETE_FROM_LIST = '$deleteFromPrimitiveList';
export const ELEMENT_ORDER = '$setElementOrder';

/** Merges a patch into a map, directives first. The original itself when nothing changes. */
export function mergeMaps(type: TypeNode, original: JsonObject, patch: JsonObject): JsonObject {
  if (Object.hasOwn(patch, DIRECTIVE)) return byDirective(patch);
  const draft = new MapDraft(original);
  if (Object.hasOwn(patch, RETAIN_KEYS)) retainKeys(draft, patch);
  const done = new Set([RETAIN_KEYS]);
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(ELEMENT_ORDER)) continue;
    const order = requireList(valueAt(patch, key)!);
    const list = listOf(key, ELEMENT_ORDER, 'setElementOrder list');
    const ordered = applyElementOrder(type, list, draft.get(list), valueAt(patch, list), order);
    if (ordered !== undefined) draft.set(list, ordered);
    done.add(key);
    // A list that neither side has is left to be merged, that is, to nothing.
    if (ordered !== undefined) done.add(list);
  }
  for (const key of Object.keys(patch)) {
    const value = valueAt(patch, key);
    if (value === undefined || done.has(key)) continue;
    if (key.startsWith(DELETE_FROM_LIST)) {
      const list = listOf(key, DELETE_FROM_LIST, 'primitive list');
      const current = draft.get(list);
      if (value === null) draft.delete(list);
      else if (current !== undefined) draft.set(list, deleteFromList(current, value));
    } else {
      mergeField(type, draft, key, value);
    }
  }
  return draft.result();
}

function mergeField(type: TypeNode, draft: MapDraft, key: string, value: JsonValue): void {
  const current = draft.get(key);
  if (value === null) {
    draft.delete(key);
  } else if (isMap(current) && isMap(value)) {
    const { type: child, strategy } = mapMeta(type, key);
    draft.set(key, strategy === 'replace' ? value : mergeMaps(child, current, value));
  } else if (Array.isArray(current) && Array.isArray(value)) {
    draft.set(key, mergeListField(type, key, current as readonly JsonValue[], value as readonly JsonValue[]));
  } else {
    const taken = patchedValue(value);
    if (taken === undefined) draft.delete(key);
    else draft.set(key, taken);
  }
}

/** `$patch: replace` takes the rest of the patch as it is, `$patch: delete` leaves an empty map. */
function byDirective(patch: JsonObject): JsonObject {
  const { [DIRECTIVE]: directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw unknownPatchType(directive, patch);
}

/** Removes every key that the directive does not name. What the patch sets must be named. */
function retainKeys(draft: MapDraft, patch: JsonObject): void {
  const list = valueAt(patch, RETAIN_KEYS);
  if (!Array.isArray(list)) throw badFormat('retainKeys');
  const retained = new Set<unknown>(list);
  for (const key of Object.keys(patch)) {
    const value = valueAt(patch, key);
    const directive = key === RETAIN_KEYS || key.startsWith(DELETE_FROM_LIST) || key.startsWith(ELEMENT_ORDER);
    if (value !== undefined && value !== null && !directive && !retained.has(key)) throw badFormat('retainKeys');
  }
  for (const key of draft.keys()) {
    if (!retained.has(key)) draft.delete(key);
  }
}

/** The list that `$directive/list` is about. */
function listOf(key: string, directive: string, what: 'primitive list' | 'setElementOrder list'): string {
  const slash = key.indexOf('/');
  if (slash === -1 || key.slice(0, slash) !== directive) throw badFormat(what);
  return key.slice(slash + 1);
}

function valueAt(map: JsonObject, key: string): JsonValue | undefined {
  return getOwn(map, key) as JsonValue | undefined;
}

/** A map under change that is copied with its first real change. */
class MapDraft {
  private readonly original: JsonObject;
  private copy: { [key: string]: JsonValue | undefined } | undefined;

  constructor(original: JsonObject) {
    this.original = original;
  }

  get(key: string): JsonValue | undefined {
    return valueAt(this.copy ?? this.original, key);
  }

  keys(): string[] {
    return Object.keys(this.copy ?? this.original);
  }

  set(key: string, value: JsonValue): void {
    if (this.get(key) !== value) setOwn(this.own(), key, value);
  }

  delete(key: string): void {
    if (Object.hasOwn(this.copy ?? this.original, key)) delete this.own()[key];
  }

  result(): JsonObject {
    return this.copy ?? this.original;
  }

  private own(): { [key: string]: JsonValue | undefined } {
    this.copy ??= { ...this.original };
    return this.copy;
  }
}
