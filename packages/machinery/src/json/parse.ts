import { setOwn } from '../trees/own.ts';
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

interface ObjectFrame {
  readonly container: Record<string, unknown>;
  key: string;
}

interface ArrayFrame {
  readonly container: unknown[];
}

type Frame = ObjectFrame | ArrayFrame;

/** Go gives up on deeper nesting. */
const MAX_DEPTH = 10_000;

/**
 * Reads one JSON value as Go's decoder does, in linear time and without recursion.
 *
 * @throws JsonSyntaxError with Go's message
 */
export function parseJson(text: string): ParsedJson {
  const scanner = new JsonScanner(text);
  const stack: Frame[] = [];
  const duplicates = new Set<string>();
  let value: unknown;
  let reading: 'value' | 'first' | 'done' = 'value';

  for (;;) {
    if (reading === 'first') {
      // Just after an opening bracket: the first key or element, or the end of an empty container.
      const frame = stack.at(-1)!;
      const closing = 'key' in frame ? '}' : ']';
      if (scanner.takeIf(closing)) {
        value = frame.container;
        stack.pop();
        reading = 'done';
      } else {
        if ('key' in frame) readKey(scanner, frame, stack, duplicates);
        reading = 'value';
      }
    } else if (reading === 'value') {
      if (scanner.takeIf('{')) {
        push(scanner, stack, { container: {}, key: '' });
        reading = 'first';
      } else if (scanner.takeIf('[')) {
        push(scanner, stack, { container: [] });
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
      if ('key' in frame) {
        setOwn(frame.container, frame.key, value);
        if (scanner.takeIf(',')) {
          readKey(scanner, frame, stack, duplicates);
          reading = 'value';
        } else if (scanner.takeIf('}')) {
          value = frame.container;
          stack.pop();
        } else {
          throw scanner.unexpected('after object key:value pair');
        }
      } else {
        frame.container.push(value);
        if (scanner.takeIf(',')) {
          reading = 'value';
        } else if (scanner.takeIf(']')) {
          value = frame.container;
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

function readKey(scanner: JsonScanner, frame: ObjectFrame, stack: readonly Frame[], duplicates: Set<string>): void {
  frame.key = scanner.key();
  if (Object.hasOwn(frame.container, frame.key)) duplicates.add(pathOf(stack));
}

function pathOf(stack: readonly Frame[]): string {
  let path = '';
  for (const frame of stack) {
    if ('key' in frame) path += path === '' ? frame.key : `.${frame.key}`;
    else path += `[${frame.container.length}]`;
  }
  return path;
}
