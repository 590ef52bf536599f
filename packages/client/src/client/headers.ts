import type { TransportResponse } from '../transport.ts';

/** All values of a header, in order. `name` in lower case. */
export function headerValues(headers: TransportResponse['headers'], name: string): readonly string[] {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/**
 * The texts of `Warning` headers with code 299 (RFC 7234 §5.5: `299 agent "text"`); several may share one header.
 * What does not follow the grammar is skipped.
 */
export function warningTexts(values: readonly string[]): string[] {
  const texts: string[] = [];
  for (const value of values) {
    for (const match of value.matchAll(/(\d{3}) (?:[^\s"]+) "((?:[^"\\]|\\.)*)"/gs)) {
      if (match[1] === '299') texts.push((match[2] ?? '').replaceAll(/\\(.)/gs, '$1'));
    }
  }
  return texts;
}
