import type {
  FieldNode,
  JsonValue,
  ListNode,
  MapNode,
  Scalar,
  ScalarNode,
  StructNode,
  TypeNode,
} from '../src/index.ts';

/** Short notations for type graphs in tests. */

export const scalar = (kind: Scalar): ScalarNode => ({ node: 'scalar', scalar: kind });
export const string = scalar('string');
export const int = scalar('int32');
export const bool = scalar('boolean');
export const anything: TypeNode = { node: 'any', name: '' };

export const mapOf = (value: TypeNode, atomic = false): MapNode => ({ node: 'map', value, atomic });
export const atomicList = (item: TypeNode): ListNode => ({ node: 'list', item, listType: 'atomic', keys: [] });
export const setOf = (item: TypeNode): ListNode => ({ node: 'list', item, listType: 'set', keys: [] });
export const listBy = (keys: string | string[], item: TypeNode): ListNode => ({
  node: 'list',
  item,
  listType: 'map',
  keys: typeof keys === 'string' ? [keys] : keys,
});

export type FieldOptions = Partial<Omit<FieldNode, 'name' | 'type'>>;

/** A field with more than a type. */
export const field = (type: TypeNode, options: FieldOptions): [TypeNode, FieldOptions] => [type, options];
/** A field that Go always writes. */
export const always = (type: TypeNode): [TypeNode, FieldOptions] => [type, { whenAbsent: 'zero' }];
/** A field that Go writes as null when it is absent. */
export const orNull = (type: TypeNode): [TypeNode, FieldOptions] => [type, { whenAbsent: 'null' }];
/** A list or map field with the strategic merge strategy `merge`. */
export const merging = (
  type: TypeNode,
  key?: string,
  ...more: ('replace' | 'retainKeys')[]
): [TypeNode, FieldOptions] => [
  type,
  { patchStrategy: ['merge', ...more], ...(key === undefined ? {} : { patchMergeKey: key }) },
];
export const withDefault = (type: TypeNode, value: JsonValue): [TypeNode, FieldOptions] => [type, { default: value }];

export function struct(
  name: string,
  fields: Record<string, TypeNode | [TypeNode, FieldOptions]>,
  options: Partial<Omit<StructNode, 'node' | 'name' | 'fields'>> = {},
): StructNode {
  const nodes = Object.entries(fields).map(([key, entry]): [string, FieldNode] => {
    const [type, more] = Array.isArray(entry) ? entry : [entry, {}];
    return [
      key,
      {
        name: key,
        type,
        required: false,
        whenAbsent: 'omit',
        pointer: false,
        nullable: false,
        patchStrategy: [],
        ...more,
      },
    ];
  });
  return {
    node: 'struct',
    name,
    fields: new Map(nodes),
    atomic: false,
    preserveUnknown: false,
    embeddedResource: false,
    ...options,
  };
}
