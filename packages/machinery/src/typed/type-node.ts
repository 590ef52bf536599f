import type { JsonValue } from '../json.ts';

/**
 * The structure of a kind, as every walker sees it: decoding, unknown fields, pruning, defaults, strategic merge,
 * server-side apply, field order, protobuf. Built-in kinds get theirs from Kubernetes' own tables, custom resources
 * from their structural schema. Nodes are immutable and shared; they may be cyclic (JSONSchemaProps).
 */
export type TypeNode = StructNode | MapNode | ListNode | ScalarNode | AnyNode;

/** An object with declared fields. */
export interface StructNode {
  readonly node: 'struct';
  /** The Go type's name without package (`DeploymentSpec`) for built-in kinds, '' for custom resources. */
  readonly name: string;
  /** In the order in which Go writes them. */
  readonly fields: ReadonlyMap<string, FieldNode>;
  /** Server-side apply owns it as one value. */
  readonly atomic: boolean;
  /** Unknown fields are kept (x-kubernetes-preserve-unknown-fields). */
  readonly preserveUnknown: boolean;
  /**
   * Server-side apply takes fields that are not declared, though decoding drops them: what is below a part that preserves
   * unknown fields, and what declares no field at all. Default: as `preserveUnknown` says.
   */
  readonly freeForm?: boolean;
  /** x-kubernetes-embedded-resource: apiVersion, kind and metadata are implied. */
  readonly embeddedResource: boolean;
}

export interface FieldNode {
  readonly name: string;
  /** May be a getter: read it late, the graph can be cyclic. */
  readonly type: TypeNode;
  readonly required: boolean;
  /** What is written when the value is absent: nothing, the type's zero value ({} "" 0 false), or null. */
  readonly whenAbsent: 'omit' | 'zero' | 'null';
  /** Go pointer: absent and zero are different values. */
  readonly pointer: boolean;
  /** null is a value of its own, not absence (nullable: true). */
  readonly nullable: boolean;
  readonly default?: JsonValue;
  /** Strategic merge directives of the field, empty for `replace` by default. */
  readonly patchStrategy: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly patchMergeKey?: string;
  /** Field number of the protobuf message; absent for custom resources. */
  readonly protobuf?: number;
  /**
   * Numbers of the messages around the field, outermost first, that JSON does not show: Go embeds VolumeSource (number 2)
   * in Volume. `protobuf` counts in the innermost of them.
   */
  readonly protobufAround?: readonly number[];
  /** The Go type in the words of Go's messages (`int32`, `v1.PullPolicy`, `[]v1.Container`), without the pointer. */
  readonly goType?: string;
}

/** An object with free keys. */
export interface MapNode {
  readonly node: 'map';
  readonly value: TypeNode;
  readonly atomic: boolean;
}

export interface ListNode {
  readonly node: 'list';
  readonly item: TypeNode;
  readonly listType: 'atomic' | 'set' | 'map';
  /** The fields that identify an item of a `map` list. */
  readonly keys: readonly string[];
}

export interface ScalarNode {
  readonly node: 'scalar';
  readonly scalar: Scalar;
  /** The values allowed, as far as the schema says. */
  readonly enum?: readonly JsonValue[];
}

export type Scalar =
  | 'string'
  | 'int32'
  | 'int64'
  /** custom resources: an integer without format */
  | 'integer'
  | 'number'
  | 'boolean'
  /** base64 in JSON */
  | 'bytes'
  | 'intOrString'
  | 'quantity'
  /** RFC 3339, seconds (metav1.Time) */
  | 'time'
  /** RFC 3339, six fractional digits (metav1.MicroTime) */
  | 'microTime'
  /** Go duration text (metav1.Duration) */
  | 'duration';

/** Anything: RawExtension, JSON, FieldsV1, or a subtree of a custom resource without schema. */
export interface AnyNode {
  readonly node: 'any';
  /** The Go type's name where it matters (`RawExtension`, `FieldsV1`, `JSON`), '' otherwise. */
  readonly name: string;
  /** What an object, or each object in a list, is where the value may be one: JSONSchemaProps in JSONSchemaPropsOrBool. */
  readonly struct?: TypeNode;
}
