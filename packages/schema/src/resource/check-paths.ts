import { parseFieldPath } from '../structural/field-path.ts';
import type { ResourceVersion } from './resource.ts';
import { schemaAt } from './schema-at.ts';

const MAX_SELECTABLE_FIELDS = 8;

/** The JSON paths of a version that find nothing, or what they must not find. */
export function pathProblems(version: ResourceVersion): string[] {
  const { columns, scale, selectableFields, schema } = version;
  const missing = (where: string, path: string): string[] => {
    if (!path.startsWith('.') || !parseFieldPath(path))
      return [`${where}: ${path} is not a JSON path such as .spec.replicas`];
    return schemaAt(path, schema)
      ? []
      : [`${where}: the schema has no field ${path}; correct the path or add the field`];
  };
  const within = (where: string, path: string | undefined, parents: readonly string[]): string[] => {
    if (path === undefined) return [];
    const found = missing(where, path);
    if (found.length > 0 || parents.some((parent) => path.startsWith(`${parent}.`))) return found;
    return [`${where}: ${path} must be a path under ${parents.join(' or ')}`];
  };
  return [
    ...columns.flatMap((column) => missing(`columns.${column.name}`, column.jsonPath)),
    ...within('scale.specReplicasPath', scale?.specReplicasPath, ['.spec']),
    ...within('scale.statusReplicasPath', scale?.statusReplicasPath, ['.status']),
    ...within('scale.labelSelectorPath', scale?.labelSelectorPath, ['.spec', '.status']),
    ...selectableFields.flatMap(({ jsonPath }, index) => {
      const where = `selectableFields[${index}]`;
      const found = missing(where, jsonPath);
      return found.length > 0 ? found : selectableProblems(where, jsonPath, version);
    }),
    ...(selectableFields.length > MAX_SELECTABLE_FIELDS
      ? [`selectableFields: there are ${selectableFields.length}; Kubernetes allows ${MAX_SELECTABLE_FIELDS}`]
      : []),
  ];
}

function selectableProblems(where: string, path: string, { schema, selectableFields }: ResourceVersion): string[] {
  if (path.startsWith('.metadata.')) {
    return [`${where}: ${path} must not point to metadata; metadata.name and metadata.namespace are always selectable`];
  }
  if (path.includes('[')) return [`${where}: ${path} must not go through a list`];
  const type = schemaAt(path, schema)?.type ?? 'any type';
  if (!['string', 'boolean', 'integer'].includes(type)) {
    return [`${where}: ${path} is ${type}; only string, boolean and integer fields can be selected by`];
  }
  const isRepeated = selectableFields.filter((field) => field.jsonPath === path).length > 1;
  return isRepeated ? [`${where}: ${path} is named twice`] : [];
}
