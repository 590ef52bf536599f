import { BOOL, type CelType, DYN, INT, listOf, mapOf, type ObjectType, STRING, TIMESTAMP } from '../types/type.ts';

/* What expressions of admission know of the request and of its namespace. */

export function objectType(name: string, fields: Readonly<Record<string, CelType>>): ObjectType {
  return {
    kind: 'object',
    name,
    fields: new Map(Object.entries(fields).map(([key, type]) => [key, { key, type }] as const)),
  };
}

const kindType = objectType('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const resourceType = objectType('kubernetes.GroupVersionResource', {
  group: STRING,
  version: STRING,
  resource: STRING,
});
const userType = objectType('kubernetes.UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
});

/** Of `request`: without object and oldObject, which are variables of their own. */
export const REQUEST_TYPE: CelType = objectType('kubernetes.AdmissionRequest', {
  kind: kindType,
  resource: resourceType,
  subResource: STRING,
  requestKind: kindType,
  requestResource: resourceType,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: userType,
  dryRun: BOOL,
  options: DYN,
});

/** Of `namespaceObject`. The server declares the uid under a name that no namespace has. */
export const NAMESPACE_TYPE: CelType = objectType('kubernetes.Namespace', {
  metadata: objectType('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: objectType('kubernetes.NamespaceSpec', { finalizers: listOf(STRING) }),
  status: objectType('kubernetes.NamespaceStatus', {
    conditions: listOf(
      objectType('kubernetes.NamespaceCondition', {
        status: STRING,
        type: STRING,
        lastTransitionTime: TIMESTAMP,
        message: STRING,
        reason: STRING,
      }),
    ),
    phase: STRING,
  }),
});

/** A type as Go's CEL library names it where it is no part of a message about operands. */
export function outputTypeName(type: CelType): string {
  switch (type.kind) {
    case 'null':
      return 'null_type';
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'list':
      return `list(${outputTypeName(type.item)})`;
    case 'map':
      return `map(${outputTypeName(type.key)}, ${outputTypeName(type.value)})`;
    case 'opaque':
      return type.params.length === 0 ? type.name : `${type.name}(${type.params.map(outputTypeName).join(', ')})`;
    case 'object':
    case 'param':
      return type.name;
    case 'type':
      return type.of === undefined ? 'type' : `type(${outputTypeName(type.of)})`;
    case 'wrapper':
      return `wrapper(${type.of})`;
    default:
      return type.kind;
  }
}
