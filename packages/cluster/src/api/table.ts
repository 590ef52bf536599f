import { type JsonObject, orderFields } from '@opwright/machinery';
import type { ColumnDefinition, ServedKind } from '../kinds/kind.ts';
import type { Call, ResultList } from './context.ts';
import { badRequest } from './errors.ts';
import type { Transform } from './negotiate.ts';

/** How much of each object a Table carries beside its cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** @throws StatusError 400 */
export function includeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? '';
  if (value === '' || value === 'Metadata') return 'Metadata';
  if (value === 'None' || value === 'Object') return value;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** One object as a Table. `columns` false: the reader has them already. */
export function tableOfObject(kind: ServedKind, object: JsonObject, options: TableOptions, columns = true): JsonObject {
  const { resourceVersion } = (object.metadata ?? {}) as JsonObject;
  return table(kind, resourceVersion === undefined ? {} : { resourceVersion }, [object], options, columns);
}

/** A list as a Table. */
export function tableOfList(kind: ServedKind, list: ResultList, options: TableOptions): JsonObject {
  return table(kind, { ...list.metadata }, list.items as readonly JsonObject[], options, true);
}

export interface TableOptions {
  readonly version: Transform['version'];
  readonly include: IncludeObject;
  /** Now, for ages. */
  readonly nowMs: number;
}

/** How the request wants its tables. @throws StatusError 400 */
export function tableOptions({ info, server }: Call, { version }: Transform): TableOptions {
  return { version, include: includeObject(info.query), nowMs: server.clock.now() };
}

function table(
  kind: ServedKind,
  metadata: JsonObject,
  objects: readonly JsonObject[],
  options: TableOptions,
  columns: boolean,
): JsonObject {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata,
    columnDefinitions: columns ? kind.columns.map(columnDefinition) : null,
    // The printer that kinds without one of their own share starts without a list.
    rows:
      objects.length === 0 && kind.columns[1]?.name === 'Created At'
        ? null
        : objects.map((object) => row(kind, object, options)),
  };
}

function columnDefinition({ name, type, format, description, priority }: ColumnDefinition): JsonObject {
  return { name, type, format, description, priority };
}

function row(kind: ServedKind, object: JsonObject, { version, include, nowMs }: TableOptions): JsonObject {
  const conditions = kind.rowConditions?.(object) ?? [];
  return {
    cells: kind.row(object, nowMs) as JsonObject['cells'],
    ...(conditions.length === 0 ? {} : { conditions }),
    object: include === 'None' ? null : include === 'Object' ? object : partialMetadata(kind, object, version),
  };
}

/** An object reduced to its metadata. */
export function partialMetadata(kind: ServedKind, object: JsonObject, version: Transform['version']): JsonObject {
  const type = kind.type.node === 'struct' ? kind.type.fields.get('metadata')?.type : undefined;
  const metadata = object.metadata as JsonObject;
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: type === undefined ? metadata : orderFields(type, metadata),
  };
}

/** A list reduced to the metadata of its items. */
export function partialMetadataList(kind: ServedKind, list: ResultList, version: Transform['version']): JsonObject {
  const items = (list.items as readonly JsonObject[]).map((item) => partialMetadata(kind, item, version));
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: { ...list.metadata },
    // Go appends to a list that is not there.
    items: items.length === 0 ? null : items,
  };
}
