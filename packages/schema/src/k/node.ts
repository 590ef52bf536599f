import type { JsonValue } from '@opwright/machinery';
import type { ExternalDocs, StructuralSchema, ValidationRule } from '../structural/schema.ts';

/** The field may be absent. For the compiler only. */
export interface Optional {
  readonly '~optional': true;
}

/** The server fills in the field. For the compiler only. */
export interface Defaulted {
  readonly '~defaulted': true;
}

/** The value may be null. For the compiler only. */
export interface Nullable {
  readonly '~nullable': true;
}

/** Narrows the value of a node. For the compiler only. */
export interface Narrowed<Value> {
  readonly '~stored': Value;
  readonly '~input': Value;
}

/** Any node, whatever its types. */
export type AnyNode = SchemaNode<unknown, unknown>;

/** The type of a node's value as an API server stores it: defaults are present. */
export type StoredOf<Node extends AnyNode> = Node extends Nullable ? Node['~stored'] | null : Node['~stored'];

/** The type of a node's value as a person writes it: what has a default may be left out. */
export type InputOf<Node extends AnyNode> = Node extends Nullable ? Node['~input'] | null : Node['~input'];

/** A rule beside its expression. */
export type RuleOptions = Omit<ValidationRule, 'rule'>;

/** What {@link SchemaNode} keeps. */
export interface NodeState {
  readonly schema: StructuralSchema;
  readonly optional: boolean;
  /** Set by `.immutable()`; the object around an optional immutable field adds a rule against its removal. */
  readonly immutable: boolean;
}

/**
 * A piece of a resource's schema: its structural schema as JSON, and two static types. Nodes are frozen; every method
 * returns a new one, so a node can be shared and refined.
 *
 * @typeParam Stored the value as an API server stores it
 * @typeParam Input the value as a person writes it
 */
export abstract class SchemaNode<Stored, Input> {
  /** For the compiler only. */
  declare readonly '~stored': Stored;
  /** For the compiler only. */
  declare readonly '~input': Input;

  /** The structural schema, as it stands in the CRD. */
  readonly schema: StructuralSchema;
  /** Whether the field may be absent. */
  readonly isOptional: boolean;
  readonly isImmutable: boolean;

  protected constructor(state: NodeState) {
    this.schema = Object.freeze(state.schema);
    this.isOptional = state.optional;
    this.isImmutable = state.immutable;
  }

  /** The same kind of node in another state. */
  protected abstract copy(state: NodeState): SchemaNode<Stored, Input>;

  /** This node with some keys of the schema replaced. */
  protected with(schema: Partial<StructuralSchema>, state: Partial<NodeState> = {}): this {
    return this.copy({
      schema: { ...this.schema, ...schema },
      optional: this.isOptional,
      immutable: this.isImmutable,
      ...state,
    }) as this;
  }

  /** The field may be absent. */
  optional(): this & Optional {
    return this.with({}, { optional: true }) as this & Optional;
  }

  /** The value may be null, as a value of its own. Without this an explicit null counts as absent. */
  nullable(): this & Nullable {
    return this.with({ nullable: true }) as this & Nullable;
  }

  /** What the server fills in when the field is absent. The field is then optional to write and present when read. */
  default(value: InputOf<this>): this & Defaulted {
    return this.with({ default: frozenJson(value) }) as this & Defaulted;
  }

  /** What `kubectl explain` shows. */
  describe(description: string): this {
    return this.with({ description });
  }

  title(title: string): this {
    return this.with({ title });
  }

  example(value: InputOf<this>): this {
    return this.with({ example: frozenJson(value) });
  }

  externalDocs(docs: ExternalDocs): this {
    return this.with({ externalDocs: Object.freeze({ ...docs }) });
  }

  /** Alternatives and exclusions over constraints; types, defaults and other structure cannot stand inside them. */
  constrain(constraints: Pick<StructuralSchema, 'allOf' | 'anyOf' | 'oneOf' | 'not'>): this {
    return this.with(constraints);
  }

  /**
   * A CEL rule that must hold: `self` is the value; a rule that mentions `oldSelf` is checked on update only.
   *
   * @see https://kubernetes.io/docs/reference/using-api/cel/
   */
  rule(expression: string, options: RuleOptions = {}): this {
    const rules = this.schema['x-kubernetes-validations'] ?? [];
    return this.with({
      'x-kubernetes-validations': Object.freeze([...rules, Object.freeze({ rule: expression, ...options })]),
    });
  }

  /** The value cannot change once it is set, and an optional field cannot be removed either. */
  immutable(): this {
    return this.rule('self == oldSelf', { message: 'field is immutable' }).with({}, { immutable: true });
  }
}

/** The state of a node of which only the schema is said. */
export function initialState(schema: StructuralSchema): NodeState {
  return { schema, optional: false, immutable: false };
}

/** A deeply frozen copy of a value that is written in code and ends up in a manifest. */
function frozenJson(value: unknown): JsonValue {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenJson));
  if (typeof value === 'object' && value !== null) {
    return Object.freeze(
      Object.fromEntries(
        Object.entries(value)
          .filter(([, item]) => item !== undefined)
          .map(([key, item]) => [key, frozenJson(item)]),
      ),
    );
  }
  return value as JsonValue;
}
