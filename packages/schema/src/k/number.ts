import { initialState, type Narrowed, type NodeState, SchemaNode } from './node.ts';

/** `type: integer` or `type: number`. */
export class NumberNode extends SchemaNode<number, number> {
  constructor(state: NodeState) {
    super(state);
    Object.freeze(this);
  }

  protected override copy(state: NodeState): NumberNode {
    return new NumberNode(state);
  }

  /** Inclusive, or exclusive when so said. */
  min(minimum: number, options: { readonly exclusive?: boolean } = {}): this {
    return this.with(options.exclusive ? { minimum, exclusiveMinimum: true } : { minimum });
  }

  /** Inclusive, or exclusive when so said. */
  max(maximum: number, options: { readonly exclusive?: boolean } = {}): this {
    return this.with(options.exclusive ? { maximum, exclusiveMaximum: true } : { maximum });
  }

  /** Greater than, not equal. */
  exclusiveMin(minimum: number): this {
    return this.min(minimum, { exclusive: true });
  }

  /** Less than, not equal. */
  exclusiveMax(maximum: number): this {
    return this.max(maximum, { exclusive: true });
  }

  multipleOf(multipleOf: number): this {
    return this.with({ multipleOf });
  }

  /** Only these numbers; the type becomes their union. */
  enum<const Value extends number>(...values: readonly [Value, ...Value[]]): this & Narrowed<Value> {
    return this.with({ enum: Object.freeze([...values]) }) as this & Narrowed<Value>;
  }
}

/** `type: integer` without format. Whole numbers beyond 2^53 lose digits in JavaScript. */
export function integer(): NumberNode {
  return new NumberNode(initialState({ type: 'integer' }));
}

/** `type: integer, format: int32`, what controller-gen makes of Go's `int32`. */
export function int32(): NumberNode {
  return new NumberNode(initialState({ type: 'integer', format: 'int32' }));
}

/** `type: integer, format: int64`, what controller-gen makes of Go's `int64`. */
export function int64(): NumberNode {
  return new NumberNode(initialState({ type: 'integer', format: 'int64' }));
}

/** `type: number`. Kubernetes' API conventions advise against it: floating-point values do not round-trip everywhere. */
export function number(): NumberNode {
  return new NumberNode(initialState({ type: 'number' }));
}
