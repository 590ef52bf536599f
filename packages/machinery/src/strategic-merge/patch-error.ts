import type { JsonObject } from '../json.ts';
import { badRequest, genericFailure, invalid, unprocessable } from '../status/status-of.ts';
import { StatusError } from '../status.ts';
import { goQuote } from '../text/go-quote.ts';
import { goText } from './go-print.ts';

/**
 * A strategic merge patch cannot be applied. `code` is the HTTP code of the API server's answer: 400 for a directive
 * that is not well formed, 422 for a value that does not fit the type, 500 (sic) for everything else.
 */
export class StrategicMergeError extends Error {
  override readonly name = 'StrategicMergeError';
  readonly code: 400 | 422 | 500;

  constructor(code: 400 | 422 | 500, message: string) {
    super(message);
    this.code = code;
  }

  /** The server's answer to `patch`. */
  toStatusError(patch: JsonObject): StatusError {
    if (this.code === 400) return new StatusError(badRequest(this.message));
    if (this.code === 500) return new StatusError(genericFailure(500, this.message));
    if (this.message === LISTS_OF_LISTS) return new StatusError(unprocessable());
    const message = `Invalid value: ${goQuote(goText(patch))}: ${this.message}`;
    return new StatusError(
      invalid({ group: '', kind: '' }, '', [{ field: 'patch', reason: 'FieldValueInvalid', message }]),
    );
  }
}

const LISTS_OF_LISTS = 'lists of lists are not supported';

export function listsOfLists(): StrategicMergeError {
  return new StrategicMergeError(422, LISTS_OF_LISTS);
}

/** `map: map[image:x] does not contain declared merge key: name` */
export function noMergeKey(item: JsonObject, key: string): StrategicMergeError {
  return new StrategicMergeError(500, `map: ${goText(item)} does not contain declared merge key: ${key}`);
}

/** `unknown patch type: bogus in map: map[$patch:bogus]` */
export function unknownPatchType(directive: unknown, map: JsonObject): StrategicMergeError {
  return new StrategicMergeError(500, `unknown patch type: ${goVerbS(directive)} in map: ${goText(map)}`);
}

/** `expected a []interface {}, but received a string` */
export function wrongArgument(expected: string, received: string): StrategicMergeError {
  return new StrategicMergeError(500, `expected a ${expected}, but received a ${received}`);
}

export function badFormat(what: 'primitive list' | 'retainKeys' | 'setElementOrder list'): StrategicMergeError {
  return new StrategicMergeError(400, `invalid patch format of ${what}`);
}

// Go's %s prints what is not a text with a complaint around it.
function goVerbS(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null) return '%!s(<nil>)';
  if (typeof value === 'number') return `%!s(${Number.isInteger(value) ? 'int64' : 'float64'}=${value})`;
  if (typeof value === 'boolean') return `%!s(bool=${value})`;
  return goText(value as JsonObject);
}
