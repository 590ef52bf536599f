import type { Answer } from './case.ts';

/** One place where an answer is not what was recorded. */
export interface Difference {
  /** Dotted; empty for the whole. */
  readonly path: string;
  readonly wanted: unknown;
  readonly got: unknown;
}

/** Where two JSON values differ, the order of keys included; the first places only. */
export function differences(wanted: unknown, got: unknown, limit = 6): Difference[] {
  const found: Difference[] = [];
  compare(wanted, got, [], found, limit);
  return found;
}

/** `body`, `headers`…: an answer without what the case already says. */
export function isEqual(wanted: Answer | undefined, got: Answer | undefined): boolean {
  return JSON.stringify(wanted) === JSON.stringify(got);
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function compare(wanted: unknown, got: unknown, path: readonly string[], found: Difference[], limit: number): void {
  if (found.length >= limit) return;
  if (isMap(wanted) && isMap(got)) {
    const before = found.length;
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(got)])) {
      const inner = [...path, key];
      if (Object.hasOwn(wanted, key) && Object.hasOwn(got, key)) compare(wanted[key], got[key], inner, found, limit);
      else add(found, limit, inner, own(wanted, key), own(got, key));
    }
    if (found.length === before && Object.keys(wanted).join() !== Object.keys(got).join()) {
      add(found, limit, [...path, '(order)'], Object.keys(wanted).join(' '), Object.keys(got).join(' '));
    }
    return;
  }
  if (Array.isArray(wanted) && Array.isArray(got)) {
    for (let at = 0; at < Math.max(wanted.length, got.length); at++) {
      const inner = [...path, String(at)];
      if (at < wanted.length && at < got.length) compare(wanted[at], got[at], inner, found, limit);
      else add(found, limit, inner, wanted[at], got[at]);
    }
    return;
  }
  if (JSON.stringify(wanted) !== JSON.stringify(got)) add(found, limit, path, wanted, got);
}

const own = (map: Record<string, unknown>, key: string) => (Object.hasOwn(map, key) ? map[key] : undefined);

function add(found: Difference[], limit: number, path: readonly string[], wanted: unknown, got: unknown): void {
  if (found.length < limit) found.push({ path: path.join('.'), wanted, got });
}

/** One line per difference, for people. */
export function describe({ path, wanted, got }: Difference): string {
  return `${path}\n      wanted ${short(wanted)}\n      got    ${short(got)}`;
}

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
