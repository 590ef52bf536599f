import type { JsonObject } from '@opwright/machinery';
import type { Printer } from '../behaviour.ts';
import type { ColumnDefinition } from '../kind.ts';
import { at, text } from '../tree.ts';
import { age } from './age.ts';

const types: ReadonlySet<string> = new Set(['string', 'integer', 'boolean', 'date']);

/**
 * Column definitions from short texts: `Ready`, `Desired:integer`, `IP*` (only with `-o wide`). The first column of a
 * table and those marked `:name` hold the object's name. Descriptions stay empty: no client shows them.
 */
export function columns(...specs: readonly string[]): readonly ColumnDefinition[] {
  return specs.map((spec) => {
    const wide = spec.endsWith('*');
    const [name = '', hint = 'string'] = (wide ? spec.slice(0, -1) : spec).split(':');
    const type = types.has(hint) ? hint : 'string';
    const format = name === 'Name' || hint === 'name' ? 'name' : '';
    return { name, type, format, description: '', priority: wide ? 1 : 0 };
  });
}

export function nameOf(object: JsonObject): string {
  return text(at(object, 'metadata'), 'name');
}

/** Time since the creation of the object. */
export function ageOf(object: JsonObject, nowMs: number): string {
  return age(text(at(object, 'metadata'), 'creationTimestamp'), nowMs);
}

/** Name, the cells between, Age. */
export function withAge(specs: readonly string[], cells: (object: JsonObject) => readonly unknown[]): Printer {
  return {
    columns: columns('Name', ...specs, 'Age'),
    row: (object, nowMs) => [nameOf(object), ...cells(object), ageOf(object, nowMs)],
  };
}

/** For kinds that nobody shows anything else of. */
export const nameAndAge: Printer = withAge([], () => []);

/** The general table of the API server, for kinds without one of their own. */
export const nameAndCreation: Printer = {
  columns: columns('Name', 'Created At:date'),
  row: (object) => [nameOf(object), text(at(object, 'metadata'), 'creationTimestamp')],
};
