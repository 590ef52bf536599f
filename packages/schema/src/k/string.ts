import { initialState, type Narrowed, type NodeState, SchemaNode } from './node.ts';

/** The formats of strings that the API server checks; it ignores all others. */
export type StringFormat =
  | 'bsonobjectid'
  | 'byte'
  | 'cidr'
  | 'creditcard'
  | 'date'
  | 'date-time'
  | 'datetime'
  | 'duration'
  | 'email'
  | 'hexcolor'
  | 'hostname'
  | 'ipv4'
  | 'ipv6'
  | 'isbn'
  | 'isbn10'
  | 'isbn13'
  | 'mac'
  | 'password'
  | 'rgbcolor'
  | 'ssn'
  | 'uri'
  | 'uuid'
  | 'uuid3'
  | 'uuid4'
  | 'uuid5'
  // the texts of all other formats, without losing the suggestions above
  | (string & {});

/** `type: string`. */
export class StringNode extends SchemaNode<string, string> {
  constructor(state: NodeState = initialState({ type: 'string' })) {
    super(state);
    Object.freeze(this);
  }

  protected override copy(state: NodeState): StringNode {
    return new StringNode(state);
  }

  /** In Unicode code points. */
  minLength(minLength: number): this {
    return this.with({ minLength });
  }

  /** In Unicode code points. Bounds the estimated cost of CEL rules as well. */
  maxLength(maxLength: number): this {
    return this.with({ maxLength });
  }

  /** RE2 syntax, as a string or as a RegExp without flags. It is not anchored: write `^…$`. */
  pattern(pattern: string | { readonly source: string; readonly flags: string }): this {
    if (typeof pattern === 'string') return this.with({ pattern });
    if (pattern.flags !== '' && pattern.flags !== 'u') {
      throw new Error(
        `pattern /${pattern.source}/${pattern.flags}: a CRD has no flags; write (?i) or the like inside the pattern`,
      );
    }
    return this.with({ pattern: pattern.source });
  }

  format(format: StringFormat): this {
    return this.with({ format });
  }

  /** Only these texts; the type becomes their union. */
  enum<const Value extends string>(...values: readonly [Value, ...Value[]]): this & Narrowed<Value> {
    return this.with({ enum: Object.freeze([...values]) }) as this & Narrowed<Value>;
  }
}

/** `type: string`. */
export function string(): StringNode {
  return new StringNode();
}

/** `type: string` with only these values; the type is their union. */
export function enumOf<const Value extends string>(
  ...values: readonly [Value, ...Value[]]
): StringNode & Narrowed<Value> {
  return string().enum(...values);
}

/** RFC 3339 text, `2006-01-02T15:04:05Z` (metav1.Time). */
export function time(): StringNode {
  return new StringNode(initialState({ type: 'string', format: 'date-time' }));
}

/** RFC 3339 text with microseconds (metav1.MicroTime). The schema is that of {@link time}. */
export function microTime(): StringNode {
  return time();
}

/**
 * Go's duration text, `1h30m` (metav1.Duration). As in controller-gen's mapping the API server accepts any string;
 * add `.format('duration')` to have it checked.
 */
export function duration(): StringNode {
  return string();
}

/** Base64 text (Go `[]byte`). */
export function bytes(): StringNode {
  return new StringNode(initialState({ type: 'string', format: 'byte' }));
}
