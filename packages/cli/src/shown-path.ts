import { resolve } from 'node:path';

/** A path ready to paste into another terminal, wherever that one stands. */
export function shownPath(path: string): string {
  const absolute = resolve(path);
  return /^[\w@%+=:,./-]+$/.test(absolute) ? absolute : `'${absolute.replaceAll("'", "'\\''")}'`;
}
