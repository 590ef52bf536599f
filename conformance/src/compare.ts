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

/** One line per difference, for people; of long texts what is around the first place that differs. */
export function describe({ path, wanted, got }: Difference): string {
  const [left, right] = [wanted, got].map((value) => (value === undefined ? 'nothing' : JSON.stringify(value)));
  const from = firstDifference(left!, right!) - BEFORE;
  return `${path}\n      wanted ${short(left!, from)}\n      got    ${short(right!, from)}`;
}

/** Characters that are shown of a text, and of those how many before the place that differs. */
const SHOWN = 600;
const BEFORE = 200;

function firstDifference(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return at;
}

function short(text: string, from: number): string {
  if (text.length <= SHOWN) return text;
  const start = Math.max(0, from);
  const end = start + SHOWN;
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
}
