/**
 * Lists whose order is chance: of causes and of bindings' rules by Go's maps, of managers by the second in which they
 * came.
 */
const UNORDERED = new Set(['causes', 'managedFields', 'resourceRules', 'nonResourceRules']);

/** Replaces one string; `parents` are the objects around it, the nearest last. */
export type Visit = (value: string, path: readonly string[], parents: readonly unknown[]) => string;

/**
 * A copy of a JSON value with every string and every key replaced; lists in random order are sorted, and the prose of built-in tables' columns is left out.
 */
export function visitStrings(value: unknown, visit: Visit): unknown {
  return copy(value, visit, [], []);
}

function copy(value: unknown, visit: Visit, path: readonly string[], parents: readonly unknown[]): unknown {
  if (typeof value === 'string') return visit(value, path, parents);
  if (typeof value === 'number' && /^(?:healthCheckN|n)odePort$/.test(path.at(-1) ?? '')) return '<node port>';
  if (typeof value !== 'object' || value === null) return value;
  const inner = [...parents, value];
  if (Array.isArray(value)) {
    const items = value.map((item, at) => copy(item, visit, [...path, String(at)], inner));
    return isUnordered(path) ? sorted(items) : items;
  }
  const entries = Object.entries(value).map(([key, item]) => [
    visit(key, [...path, '(key)'], inner),
    isColumnProse(path, key, item, value) ? '<prose>' : copy(item, visit, [...path, key], inner),
  ]);
  return Object.fromEntries(entries);
}

/** The last name of a path; a part that a case keeps has its whole path as one name. */
function isUnordered(path: readonly string[]): boolean {
  return UNORDERED.has((path.at(-1) ?? '').split('.').at(-1) ?? '');
}

function isColumnProse(path: readonly string[], key: string, item: unknown, column: object): boolean {
  if (key !== 'description' || path.at(-2) !== 'columnDefinitions') return false;
  if ('name' in column && column.name === 'Age') return true;
  return typeof item === 'string' && !item.startsWith('Custom resource definition column');
}

function sorted(items: readonly unknown[]): unknown[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
