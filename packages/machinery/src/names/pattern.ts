import { byteLength } from '../text/utf8.ts';

/** The error text for a value of more than `limit` bytes, as a list of none or one. */
export function tooLong(value: string, limit: number): readonly string[] {
  // A UTF-16 unit takes at most three bytes: most values need no counting.
  if (value.length * 3 <= limit || byteLength(value) <= limit) return [];
  return [maxLengthText(limit)];
}

export function maxLengthText(limit: number): string {
  return `must be no more than ${limit} characters`;
}

/** The error text for a value that does not match, as a list of none or one. `format` must be anchored by nothing. */
export function checkPattern(
  value: string,
  format: string,
  message: string,
  examples: readonly string[],
): readonly string[] {
  return compiled(format).test(value) ? [] : [patternText(message, format, examples)];
}

/** Kubernetes' wording for a value that must match a regular expression. */
export function patternText(message: string, format: string, examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${format}')`;
  const quoted = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (e.g. ${quoted}regex used for validation is '${format}')`;
}

const patterns = new Map<string, RegExp>();

function compiled(format: string): RegExp {
  let pattern = patterns.get(format);
  if (pattern === undefined) {
    pattern = new RegExp(`^(?:${format})$`);
    patterns.set(format, pattern);
  }
  return pattern;
}
