import {
  encodeJson,
  evaluateJsonPath,
  humanDuration,
  isPlainObject,
  type JsonObject,
  type JsonPath,
  JsonPathError,
  NumberLexeme,
  parseJsonPath,
} from '@opwright/machinery';
import type { PrinterColumn } from '@opwright/schema';
import type { ColumnDefinition } from '../kinds/kind.ts';

/** The table of a custom resource: its name, then what its definition asks for, or the age. */
export interface CustomTable {
  readonly columns: readonly ColumnDefinition[];
  row(object: JsonObject, nowMs: number): unknown[];
}

const NAME: ColumnDefinition = { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 };
const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

export function customTable(wanted: readonly PrinterColumn[] | undefined): CustomTable {
  const specs = wanted === undefined || wanted.length === 0 ? [AGE] : wanted;
  const cells = specs.map((spec) => cellOf(spec.type, pathOf(spec.jsonPath)));
  return {
    columns: [NAME, ...specs.map(definitionOf)],
    row: (object, nowMs) => [
      (object.metadata as JsonObject | undefined)?.name ?? '',
      ...cells.map((cell) => cell(object, nowMs)),
    ],
  };
}

function definitionOf({ name, type, format, description, jsonPath, priority }: PrinterColumn): ColumnDefinition {
  return {
    name,
    type,
    format: format ?? '',
    description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    priority: priority ?? 0,
  };
}

/** A path that cannot be read shows nothing: the definition has been accepted, and rows must not fail. */
function pathOf(jsonPath: string): JsonPath | undefined {
  try {
    return parseJsonPath(jsonPath);
  } catch (error) {
    if (error instanceof JsonPathError) return undefined;
    throw error;
  }
}

function cellOf(type: string, path: JsonPath | undefined): (object: JsonObject, nowMs: number) => unknown {
  return (object, nowMs) => {
    const [value] = path === undefined ? [] : evaluateJsonPath(path, object);
    return value === undefined || value === null ? null : cell(type, value, nowMs);
  };
}

/** A value in the form of its column; null where it does not fit. */
function cell(type: string, value: unknown, nowMs: number): unknown {
  switch (type) {
    case 'integer':
      return value instanceof NumberLexeme ? value : typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return value instanceof NumberLexeme || typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'string':
      return Array.isArray(value) || isPlainObject(value) ? encodeJson(value) : String(value);
    case 'date': {
      const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      return Number.isNaN(time) ? '<invalid>' : humanDuration(nowMs - time);
    }
    default:
      return null;
  }
}
