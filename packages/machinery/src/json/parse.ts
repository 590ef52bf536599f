import { getOwn, isPlainObject, setOwn } from '../trees/own.ts';
import { MAX_DEPTH } from './depth.ts';
import { JsonScanner } from './scanner.ts';
import { invalidCharacter } from './syntax-error.ts';

/** What {@link parseJson} read. */
export interface ParsedJson {
  /**
   * A fresh mutable tree of plain objects, arrays, strings, booleans, null, numbers and `NumberLexeme`s. Every key is
   * an own property, `__proto__` too. The last of equal keys wins.
   */
  readonly value: unknown;
  /** The JSON paths of keys that occur more than once in their object (`data.a`, `spec.list[0].b`), each once. */
  readonly duplicates: readonly string[];
}

/** A container that is being read: an object with the key of the value to come, or an array. */
interface Frame {
  readonly object: Record<string, unknown> | undefined;
  readonly array: unknown[] | undefined;
  key: string;
  /** What the object has under the key already. */
  earlier: unknown;
}

export interface ParseOptions {
  /** Objects that occur twice under one key become one, as they do in Go's structs and maps; default: the last one counts. */
  readonly mergesDuplicates?: boolean;
}

/**
 * Reads one JSON value as Go's decoder does, in linear time and without recursion.
 *
 * @throws JsonSyntaxError with Go's message
 */
export function parseJson(text: string, { mergesDuplicates = false }: ParseOptions = {}): ParsedJson {
  const scanner = new JsonScanner(text);
  const stack: Frame[] = [];
  const duplicates = new Set<string>();
  let value: unknown;
  let reading: 'value' | 'first' | 'done' = 'value';

  for (;;) {
    if (reading === 'first') {
      // Just after an opening bracket: the first key or element, or the end of an empty container.
      const frame = stack.at(-1)!;
      if (scanner.takeIf(frame.object === undefined ? ']' : '}')) {
        value = frame.object ?? frame.array;
        stack.pop();
        reading = 'done';
      } else {
        if (frame.object !== undefined) readKey(scanner, frame, stack, duplicates);
        reading = 'value';
      }
    } else if (reading === 'value') {
      if (scanner.takeIf('{')) {
        push(scanner, stack, { object: {}, array: undefined, key: '', earlier: undefined });
        reading = 'first';
      } else if (scanner.takeIf('[')) {
        push(scanner, stack, { object: undefined, array: [], key: '', earlier: undefined });
        reading = 'first';
      } else {
        value = scanner.scalar();
        reading = 'done';
      }
    } else {
      // A value is complete: it goes into its container, and the container goes on or ends.
      const frame = stack.at(-1);
      if (frame === undefined) {
        scanner.end();
        return { value, duplicates: [...duplicates] };
      }
      if (frame.object !== undefined) {
        const { earlier } = frame;
        setOwn(frame.object, frame.key, mergesDuplicates && earlier !== undefined ? merged(earlier, value) : value);
        if (scanner.takeIf(',')) {
          readKey(scanner, frame, stack, duplicates);
          reading = 'value';
        } else if (scanner.takeIf('}')) {
          value = frame.object;
          stack.pop();
        } else {
          throw scanner.unexpected('after object key:value pair');
        }
      } else {
        frame.array?.push(value);
        if (scanner.takeIf(',')) {
          reading = 'value';
        } else if (scanner.takeIf(']')) {
          value = frame.array;
          stack.pop();
        } else {
          throw scanner.unexpected('after array element');
        }
      }
    }
  }
}

function push(scanner: JsonScanner, stack: Frame[], frame: Frame): void {
  if (stack.length >= MAX_DEPTH) throw invalidCharacter(scanner.text, scanner.position - 1, 'exceeded max depth');
  stack.push(frame);
}

function readKey(scanner: JsonScanner, frame: Frame, stack: readonly Frame[], duplicates: Set<string>): void {
  frame.key = scanner.key();
  frame.earlier = undefined;
  if (frame.object !== undefined && Object.hasOwn(frame.object, frame.key)) {
    frame.earlier = frame.object[frame.key];
    duplicates.add(pathOf(stack));
  }
}

/** The later value, into the earlier one where both are objects. */
function merged(earlier: unknown, later: unknown): unknown {
  if (!isPlainObject(earlier) || !isPlainObject(later)) return later;
  for (const [key, value] of Object.entries(later)) setOwn(earlier, key, merged(getOwn(earlier, key), value));
  return earlier;
}

function pathOf(stack: readonly Frame[]): string {
  let path = '';
  for (const frame of stack) {
    if (frame.array !== undefined) path += `[${frame.array.length}]`;
    else path += path === '' ? frame.key : `.${frame.key}`;
  }
  return path;
}
