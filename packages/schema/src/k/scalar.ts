import { QUANTITY_PATTERN } from '../structural/quantity-pattern.ts';
import { initialState, type NodeState, SchemaNode } from './node.ts';

/** `type: boolean`. */
export class BooleanNode extends SchemaNode<boolean, boolean> {
  constructor(state: NodeState = initialState({ type: 'boolean' })) {
    super(state);
    Object.freeze(this);
  }

  protected override copy(state: NodeState): BooleanNode {
    return new BooleanNode(state);
  }
}

/** `x-kubernetes-int-or-string`. */
export class IntOrStringNode extends SchemaNode<number | string, number | string> {
  constructor(state: NodeState) {
    super(state);
    Object.freeze(this);
  }

  protected override copy(state: NodeState): IntOrStringNode {
    return new IntOrStringNode(state);
  }

  /** RE2 syntax; applies to text only. */
  pattern(pattern: string): this {
    return this.with({ pattern });
  }
}

const intOrStringSchema = {
  anyOf: Object.freeze([Object.freeze({ type: 'integer' } as const), Object.freeze({ type: 'string' } as const)]),
  'x-kubernetes-int-or-string': true,
} as const;

export function boolean(): BooleanNode {
  return new BooleanNode();
}

/** A number or a text such as a percentage or a port's name (intstr.IntOrString). */
export function intOrString(): IntOrStringNode {
  return new IntOrStringNode(initialState(intOrStringSchema));
}

/** An amount such as `100m` or `1Gi` (resource.Quantity). */
export function quantity(): IntOrStringNode {
  return new IntOrStringNode(initialState({ ...intOrStringSchema, pattern: QUANTITY_PATTERN }));
}
