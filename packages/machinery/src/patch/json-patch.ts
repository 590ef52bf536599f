import { isDeeper, MAX_DEPTH } from '../json/depth.ts';
import { encodeJson } from '../json/encode.ts';
import { deepEqual } from '../trees/deep-equal.ts';
import { mutableCopy } from '../trees/mutable-copy.ts';
import { getOwn, isPlainObject, setOwn } from '../trees/own.ts';
import { withSortedKeys } from '../trees/sorted.ts';

/** One operation of a JSON patch (RFC 6902). Paths are JSON pointers. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/** An operation as it came over the wire: anything may be missing or of another type. */
export interface UncheckedJsonPatchOperation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
  readonly value?: unknown;
}

/**
 * Why a JSON patch does not apply: `too-many` operations (the API server answers 413), a `test` that fails, a path that
 * is `missing`, or an operation that is `invalid` (these three are its 422).
 */
export type JsonPatchFailure = 'too-many' | 'test' | 'missing' | 'invalid';

export class JsonPatchError extends Error {
  override readonly name = 'JsonPatchError';
  readonly failure: JsonPatchFailure;

  constructor(failure: JsonPatchFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

const MAX_OPERATIONS = 10_000;
/** Bytes that the copies of a patch may add, as kube-apiserver's `--json-patch-max-copy-bytes`: each could double the object. */
const MAX_COPIED = 3 * 1024 * 1024;

/**
 * Applies a JSON patch as the API server does: beyond RFC 6902, `replace` of a key that the object lacks adds it, `test`
 * of an absent key for null passes, `copy` of an absent key copies null, array indexes may be negative (`-1` is the last),
 * and `replace` of the whole document by a scalar does nothing. Maps that an operation has looked into come with sorted keys,
 * as from Go's maps.
 * Returns a fresh mutable tree; neither argument is changed.
 *
 * @throws JsonPatchError
 */
export function applyJsonPatch(target: unknown, operations: readonly UncheckedJsonPatchOperation[]): unknown {
  if (operations.length > MAX_OPERATIONS) {
    const message = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`;
    throw new JsonPatchError('too-many', message);
  }
  const root: unknown = mutableCopy(target);
  const document: Document = { root, copied: 0, opened: new Set() };
  if (isContainer(root)) document.opened.add(root);
  try {
    for (const operation of operations) applyOperation(document, operation);
  } catch (error) {
    // Copies into themselves are soon too deep for the stack.
    throw error instanceof RangeError ? tooDeep() : error;
  }
  if (isDeeper(document.root, MAX_DEPTH)) throw tooDeep();
  return asWritten(document, document.root);
}

interface Document {
  root: unknown;
  /** Bytes that copies have added. */
  copied: number;
  /** What has been looked into. Go keeps all else as the text that it was, with its order of keys. */
  readonly opened: Set<object>;
}

function asWritten({ opened }: Document, value: unknown): unknown {
  return withSortedKeys(value, (map) => opened.has(map));
}

function applyOperation(document: Document, operation: UncheckedJsonPatchOperation): void {
  const path = pointer(operation, 'path');
  switch (operation.op) {
    case 'add':
      add(locate(document, path, 'add'), mutableCopy(operation.value ?? null));
      break;
    case 'remove':
      remove(locate(document, path, 'remove'));
      break;
    case 'replace':
      replace(document, path, mutableCopy(operation.value ?? null));
      break;
    case 'move': {
      const source = locate(document, pointer(operation, 'from'), 'move');
      const value = read(source);
      remove(source);
      add(locate(document, path, 'move'), value ?? null);
      break;
    }
    case 'copy': {
      const value = read(locate(document, pointer(operation, 'from'), 'copy'));
      countCopy(document, value);
      add(locate(document, path, 'copy'), mutableCopy(asWritten(document, value ?? null)));
      break;
    }
    case 'test':
      test(document, path, operation.value ?? null);
      break;
    default:
      throw new JsonPatchError('invalid', `Unexpected kind: ${String(operation.op)}`);
  }
}

function tooDeep(): JsonPatchError {
  return new JsonPatchError('invalid', 'exceeded max depth');
}

function countCopy(document: Document, value: unknown): void {
  document.copied += encodeJson(value).length;
  if (document.copied <= MAX_COPIED) return;
  const text = `the accumulated size increase of copy is ${document.copied}, exceeding the limit ${MAX_COPIED}`;
  throw new JsonPatchError('invalid', `Unable to complete the copy, ${text}`);
}

function pointer(operation: UncheckedJsonPatchOperation, field: 'path' | 'from'): string {
  const value = operation[field];
  if (typeof value === 'string') return value;
  throw new JsonPatchError('invalid', `${String(operation.op)} operation failed to decode ${field}`);
}

/** The container that holds, or is to hold, what a pointer names. */
interface Place {
  readonly container: unknown[] | { [key: string]: unknown };
  readonly key: string;
  readonly path: string;
}

function locate(document: Document, path: string, op: string): Place {
  const segments = path.split('/').slice(1).map(unescapePointer);
  const key = segments.pop();
  let container = document.root;
  if (key !== undefined) {
    for (const segment of segments) {
      container = isContainer(container)
        ? Array.isArray(container)
          ? element(container, segment)
          : getOwn(container, segment)
        : undefined;
      if (isContainer(container)) document.opened.add(container);
    }
  }
  if (key === undefined || !isContainer(container)) {
    throw new JsonPatchError('missing', `${op} operation does not apply: doc is missing path: "${path}"`);
  }
  return { container, key, path };
}

function isContainer(value: unknown): value is unknown[] | { [key: string]: unknown } {
  return Array.isArray(value) || isPlainObject(value);
}

function element(array: readonly unknown[], segment: string): unknown {
  const index = parseIndex(segment);
  if (index === undefined) return undefined;
  return array[index < 0 ? index + array.length : index];
}

/** What is there; undefined for a key that the object lacks. */
function read({ container, key, path }: Place): unknown {
  if (!Array.isArray(container)) return getOwn(container, key);
  return container[existingIndex(container, key, path)];
}

function add({ container, key, path }: Place, value: unknown): void {
  if (!Array.isArray(container)) setOwn(container, key, value);
  else if (key === '-') container.push(value);
  else container.splice(checkedIndex(key, container.length + 1, path), 0, value);
}

function remove({ container, key, path }: Place): void {
  if (Array.isArray(container)) {
    container.splice(existingIndex(container, key, path), 1);
  } else {
    if (!Object.hasOwn(container, key)) {
      throw new JsonPatchError(
        'missing',
        `error in remove for path: '${path}': Unable to remove nonexistent key: ${key}: missing value`,
      );
    }
    delete container[key];
  }
}

function replace(document: Document, path: string, value: unknown): void {
  if (path === '') {
    if (!isContainer(value)) return;
    document.root = value;
    document.opened.add(value);
    return;
  }
  const place = locate(document, path, 'replace');
  if (Array.isArray(place.container)) place.container[existingIndex(place.container, place.key, path)] = value;
  else setOwn(place.container, place.key, value);
}

function test(document: Document, path: string, expected: unknown): void {
  const actual = path === '' ? document.root : (read(locate(document, path, 'test')) ?? null);
  if (!deepEqual(actual, expected)) throw new JsonPatchError('test', `testing value ${path} failed`);
  openAll(document, actual);
}

/** What is compared is looked into all the way down. */
function openAll(document: Document, value: unknown): void {
  if (!isContainer(value)) return;
  document.opened.add(value);
  for (const inner of Object.values(value)) openAll(document, inner);
}

function existingIndex(array: readonly unknown[], key: string, path: string): number {
  return checkedIndex(key, array.length, path);
}

/** An index below `limit`; a negative one counts from the end. */
function checkedIndex(key: string, limit: number, path: string): number {
  const index = parseIndex(key);
  if (index === undefined) throw new JsonPatchError('invalid', `value was not a proper array index: '${key}'`);
  const actual = index < 0 ? index + limit : index;
  if (actual < 0 || actual >= limit) {
    throw new JsonPatchError('missing', `error for path: '${path}': Unable to access invalid index: ${index}`);
  }
  return actual;
}

function parseIndex(text: string): number | undefined {
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function unescapePointer(segment: string): string {
  return segment.replace(/~[01]/g, (escaped) => (escaped === '~0' ? '~' : '/'));
}
