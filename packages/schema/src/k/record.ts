import { type AnyNode, type InputOf, initialState, type NodeState, SchemaNode, type StoredOf } from './node.ts';

/** `type: object` with free keys. */
export class RecordNode<Value extends AnyNode> extends SchemaNode<
  Readonly<Record<string, StoredOf<Value>>>,
  Readonly<Record<string, InputOf<Value>>>
> {
  readonly value: Value;

  constructor(value: Value, state: NodeState = initialState({ type: 'object', additionalProperties: value.schema })) {
    super(state);
    this.value = value;
    Object.freeze(this);
  }

  protected override copy(state: NodeState): RecordNode<Value> {
    return new RecordNode(this.value, state);
  }

  minProperties(minProperties: number): this {
    return this.with({ minProperties });
  }

  /** Bounds the estimated cost of CEL rules as well. */
  maxProperties(maxProperties: number): this {
    return this.with({ maxProperties });
  }

  /** Server-side apply owns the map as one value. */
  atomic(): this {
    return this.with({ 'x-kubernetes-map-type': 'atomic' });
  }

  /** Server-side apply owns each entry. That is also what a map without a map type is; this writes it down. */
  granular(): this {
    return this.with({ 'x-kubernetes-map-type': 'granular' });
  }
}

/** A map from text to one type of value, such as labels. */
export function record<Value extends AnyNode>(value: Value): RecordNode<Value> {
  return new RecordNode(value);
}
