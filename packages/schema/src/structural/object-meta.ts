import type { FieldNode, ListNode, MapNode, ScalarNode, StructNode, TypeNode } from '@opwright/machinery';

/** The pointers of Go's type: absent is not zero. */
const pointers = new Set([
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'controller',
  'blockOwnerDeletion',
  'time',
  'fieldsV1',
]);

/** metav1.ObjectMeta as custom resources have it, in Go's field order. */
export const objectMetaType: StructNode = struct('ObjectMeta', {
  name: scalar('string'),
  generateName: scalar('string'),
  namespace: scalar('string'),
  selfLink: scalar('string'),
  uid: scalar('string'),
  resourceVersion: scalar('string'),
  generation: scalar('int64'),
  creationTimestamp: scalar('time'),
  deletionTimestamp: scalar('time'),
  deletionGracePeriodSeconds: scalar('int64'),
  labels: map(scalar('string')),
  annotations: map(scalar('string')),
  ownerReferences: list(
    struct(
      'OwnerReference',
      {
        apiVersion: scalar('string'),
        kind: scalar('string'),
        name: scalar('string'),
        uid: scalar('string'),
        controller: scalar('boolean'),
        blockOwnerDeletion: scalar('boolean'),
      },
      { required: ['apiVersion', 'kind', 'name', 'uid'], atomic: true },
    ),
    'map',
    ['uid'],
  ),
  finalizers: list(scalar('string'), 'set'),
  managedFields: list(
    struct('ManagedFieldsEntry', {
      manager: scalar('string'),
      operation: scalar('string'),
      apiVersion: scalar('string'),
      time: scalar('time'),
      fieldsType: scalar('string'),
      fieldsV1: Object.freeze({ node: 'any', name: 'FieldsV1' }),
      subresource: scalar('string'),
    }),
    'atomic',
  ),
});

function scalar(name: ScalarNode['scalar']): ScalarNode {
  return Object.freeze({ node: 'scalar', scalar: name });
}

function map(value: TypeNode): MapNode {
  return Object.freeze({ node: 'map', value, atomic: false });
}

function list(item: TypeNode, listType: ListNode['listType'], keys: readonly string[] = []): ListNode {
  return Object.freeze({ node: 'list', item, listType, keys });
}

function struct(
  name: string,
  types: Readonly<Record<string, TypeNode>>,
  options: { readonly required?: readonly string[]; readonly atomic?: boolean } = {},
): StructNode {
  const { required = [], atomic = false } = options;
  const fields = Object.entries(types).map(([field, type]): [string, FieldNode] => [
    field,
    Object.freeze({
      name: field,
      type,
      required: required.includes(field),
      // Go always writes these.
      whenAbsent: required.includes(field) ? 'zero' : 'omit',
      pointer: pointers.has(field),
      nullable: false,
      patchStrategy: field === 'ownerReferences' || field === 'finalizers' ? (['merge'] as const) : [],
      ...(field === 'ownerReferences' && { patchMergeKey: 'uid' }),
    }),
  ]);
  return Object.freeze({
    node: 'struct',
    name,
    fields: new Map(fields),
    atomic,
    preserveUnknown: false,
    embeddedResource: false,
  });
}
