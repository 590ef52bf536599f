/**
 * A static type. Object types are told apart by identity: two fields of the same shape have different types, as Kubernetes
 * names each after its path.
 */
export type CelType =
  | { readonly kind: Scalar }
  | ListType
  | MapType
  | ObjectType
  | { readonly kind: 'type'; readonly of?: CelType }
  | { readonly kind: 'opaque'; readonly name: string; readonly params: readonly CelType[] }
  | { readonly kind: 'wrapper'; readonly of: Scalar }
  | { readonly kind: 'param'; readonly name: string };

export type Scalar =
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'timestamp'
  | 'duration'
  | 'dyn'
  | 'any'
  | 'error';

export interface ListType {
  readonly kind: 'list';
  readonly item: CelType;
  /** Sets are equal in any order, lists of type map by the keys of their items. */
  readonly semantics?: 'set' | readonly string[];
}

export interface MapType {
  readonly kind: 'map';
  readonly key: CelType;
  readonly value: CelType;
}

export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  /** By the name under which expressions know the field. */
  readonly fields: ReadonlyMap<string, ObjectField>;
}

export interface ObjectField {
  /** The field's name in JSON. */
  readonly key: string;
  readonly type: CelType;
}

export const BOOL: CelType = { kind: 'bool' };
export const INT: CelType = { kind: 'int' };
export const UINT: CelType = { kind: 'uint' };
export const DOUBLE: CelType = { kind: 'double' };
export const STRING: CelType = { kind: 'string' };
export const BYTES: CelType = { kind: 'bytes' };
export const NULL: CelType = { kind: 'null' };
export const TIMESTAMP: CelType = { kind: 'timestamp' };
export const DURATION: CelType = { kind: 'duration' };
export const DYN: CelType = { kind: 'dyn' };
export const ERROR: CelType = { kind: 'error' };

export function listOf(item: CelType, semantics?: ListType['semantics']): ListType {
  return semantics === undefined ? { kind: 'list', item } : { kind: 'list', item, semantics };
}

export function mapOf(key: CelType, value: CelType): CelType {
  return { kind: 'map', key, value };
}

export function optionalOf(value: CelType): CelType {
  return { kind: 'opaque', name: 'optional_type', params: [value] };
}

export function opaque(name: string): CelType {
  return { kind: 'opaque', name, params: [] };
}

export function isOptional(type: CelType): type is { kind: 'opaque'; name: string; params: readonly [CelType] } {
  return type.kind === 'opaque' && type.name === 'optional_type';
}

/** A type as CEL's messages print it. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.item)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'object':
      return type.name;
    case 'type':
      return type.of ? `type(${formatType(type.of)})` : 'type';
    case 'opaque':
      return type.params.length > 0 ? `${type.name}(${type.params.map(formatType).join(', ')})` : type.name;
    case 'wrapper':
      return `wrapper(${type.of})`;
    case 'param':
      return type.name;
    case 'error':
      return '!error!';
    default:
      return type.kind;
  }
}
