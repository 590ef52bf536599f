import { isPlainObject, type KubeObject } from '@opwright/machinery';

/** Metadata that a person changes; the rest of it is the server's bookkeeping. */
const SHOWN_METADATA = new Set(['labels', 'annotations', 'deletionTimestamp', 'finalizers']);

/**
 * What changed between two versions of an object, as short lines (`status.happy: false → true`), the most prominent first.
 * Fields inside lists, timestamps and the server's bookkeeping are left out: they are noise to a reader.
 */
export function describeChanges(before: KubeObject, after: KubeObject): string[] {
  const changes: Change[] = [];
  collect(before, after, [], changes);
  return changes.sort((a, b) => a.path.length - b.path.length).map(formatChange);
}

interface Change {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

function collect(before: unknown, after: unknown, path: readonly string[], changes: Change[]): void {
  if (before === after) return;
  if (isPlainObject(before) || isPlainObject(after)) {
    if ((before !== undefined && !isPlainObject(before)) || (after !== undefined && !isPlainObject(after))) return;
    for (const key of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
      if (path.length === 1 && path[0] === 'metadata' && !SHOWN_METADATA.has(key)) continue;
      if (key === 'observedGeneration') continue;
      collect(before?.[key], after?.[key], [...path, key], changes);
    }
    return;
  }
  if (Array.isArray(before) || Array.isArray(after)) {
    if (path.at(-1) === 'finalizers') changes.push({ path, before, after });
    return;
  }
  if (isTimestamp(before ?? after) && path.at(-1) !== 'deletionTimestamp') return;
  changes.push({ path, before, after });
}

function isTimestamp(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value);
}

function formatChange({ path, before, after }: Change): string {
  const name = path.join('.');
  if (after === undefined) return `${name} removed`;
  if (before === undefined) return `${name}: ${show(after)}`;
  return `${name}: ${show(before)} → ${show(after)}`;
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
