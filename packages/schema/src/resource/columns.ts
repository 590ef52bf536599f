import type { ColumnType, PrinterColumn } from '../manifest/crd-types.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import type { ColumnDefinition } from './definition.ts';
import { schemaAt } from './schema-at.ts';

/** The printer columns of a version. A path that the schema does not have gets type string; the definition check reports it. */
export function columnsOf(
  columns: Readonly<Record<string, string | ColumnDefinition>>,
  schema: StructuralSchema,
): readonly PrinterColumn[] {
  return Object.freeze(
    Object.entries(columns).map(([name, definition]) => {
      const column = typeof definition === 'string' ? { path: definition } : definition;
      const { path, type = columnType(path, schema), description, format, priority } = column;
      return Object.freeze({
        ...(description !== undefined && { description }),
        ...(format !== undefined && { format }),
        jsonPath: path,
        name,
        ...(priority !== undefined && priority !== 0 && { priority }),
        type,
      });
    }),
  );
}

/** How kubectl shows what stands at a path: times as ages, numbers as numbers, all else as text. */
function columnType(path: string, root: StructuralSchema): ColumnType {
  const schema = schemaAt(path, root);
  if (schema?.type === 'string' && schema.format === 'date-time') return 'date';
  switch (schema?.type) {
    case 'boolean':
    case 'integer':
    case 'number':
      return schema.type;
    default:
      return 'string';
  }
}
