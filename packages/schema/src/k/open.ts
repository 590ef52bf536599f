import { type DeepReadonly, deepFreeze, type JsonObject, type JsonValue, type TypeNode } from '@opwright/machinery';
import type { StructuralSchema } from '../structural/schema.ts';
import { schemaOfType } from '../structural/schema-of-type.ts';
import { fromJsonSchema, type JsonSchema } from './json-schema.ts';
import { templateMeta } from './meta.ts';
import { initialState, type NodeState, SchemaNode } from './node.ts';
import type { EmbeddedMeta } from './object.ts';

/** A node whose types are said rather than inferred. */
export class OpenNode<Stored, Input> extends SchemaNode<Stored, Input> {
  constructor(state: NodeState) {
    super(state);
    Object.freeze(this);
  }

  protected override copy(state: NodeState): OpenNode<Stored, Input> {
    return new OpenNode(state);
  }
}

function open<Stored, Input = Stored>(schema: StructuralSchema): OpenNode<Stored, Input> {
  return new OpenNode(initialState(schema));
}

/** Any JSON value, kept as it is (apiextensions JSON). */
export function json(): OpenNode<JsonValue, JsonValue> {
  return open({ 'x-kubernetes-preserve-unknown-fields': true });
}

/** Any JSON object, kept as it is (runtime.RawExtension). */
export function preserveUnknown(): OpenNode<JsonObject, JsonObject> {
  return open({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
}

/** An embedded object of which nothing more is known. */
export interface EmbeddedObject extends EmbeddedMeta {
  readonly [field: string]: unknown;
}

/** A whole Kubernetes object of any kind: the server checks its apiVersion, kind and metadata and keeps the rest. */
export function embeddedResource(): OpenNode<EmbeddedObject, EmbeddedObject>;
export function embeddedResource<Embedded extends EmbeddedMeta>(): OpenNode<Embedded, Embedded>;
export function embeddedResource(): OpenNode<EmbeddedObject, EmbeddedObject> {
  return open({ type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true });
}

/**
 * The escape hatch: a JSON Schema that exists already, translated to a structural schema. `Stored` and `Input` are
 * the author's word; without them the value is any JSON.
 *
 * @throws {Error} with the path of what cannot be translated
 */
export function raw(schema: JsonSchema): OpenNode<JsonValue, JsonValue>;
export function raw<Stored, Input = Stored>(schema: JsonSchema): OpenNode<DeepReadonly<Stored>, DeepReadonly<Input>>;
export function raw(schema: JsonSchema): OpenNode<JsonValue, JsonValue> {
  return open(fromJsonSchema(schema));
}

/**
 * A built-in type inside a custom resource, such as a pod template: `k.builtin<PodTemplateSpec>(builtinType(…))`, with the
 * schema that controller-gen writes for it. The metadata of templates has labels, annotations, finalizers, name and namespace, since
 * the server prunes what is not declared; `bareMetadata` leaves them out, as controller-gen does unless told otherwise.
 */
export function builtin<Stored, Input = Stored>(
  type: TypeNode,
  options: { readonly bareMetadata?: boolean } = {},
): OpenNode<Stored, Input> {
  const objectMeta = options.bareMetadata ? { type: 'object' as const } : templateMeta().schema;
  return open(deepFreeze(schemaOfType(type, { objectMeta })) as StructuralSchema);
}
