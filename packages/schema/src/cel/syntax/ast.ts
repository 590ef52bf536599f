import type { CelValue } from '../values/value.ts';

/**
 * A parsed CEL expression. Operators are calls under the names by which CEL's messages know them (`_>_`, `_?_:_`, `_[_]`).
 * Macros stay what they are, so that a comprehension runs as a loop. `at` is an offset into the source, in UTF-16 units: where
 * messages about the node point to (the operator, the dot, the opening parenthesis).
 */
export type Expr =
  | ConstExpr
  | IdentExpr
  | SelectExpr
  | CallExpr
  | ListExpr
  | MapExpr
  | StructExpr
  | FoldExpr
  | OptionalMapExpr;

export interface ConstExpr {
  readonly kind: 'const';
  readonly value: CelValue;
  readonly at: number;
}

export interface IdentExpr {
  readonly kind: 'ident';
  /** With a leading dot where written so. */
  readonly name: string;
  readonly at: number;
}

export interface SelectExpr {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** `has(operand.field)`. */
  readonly test: boolean;
  /** `operand.?field`. */
  readonly optional: boolean;
  readonly at: number;
}

export interface CallExpr {
  readonly kind: 'call';
  readonly name: string;
  readonly target?: Expr;
  readonly args: readonly Expr[];
  readonly at: number;
}

export interface ListExpr {
  readonly kind: 'list';
  readonly items: readonly { readonly expr: Expr; readonly optional: boolean }[];
  readonly at: number;
}

export interface MapExpr {
  readonly kind: 'map';
  readonly entries: readonly {
    readonly key: Expr;
    readonly value: Expr;
    readonly optional: boolean;
    readonly at: number;
  }[];
  readonly at: number;
}

export interface StructExpr {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: readonly {
    readonly name: string;
    readonly value: Expr;
    readonly optional: boolean;
    readonly at: number;
  }[];
  readonly at: number;
}

export type Fold =
  | 'all'
  | 'exists'
  | 'exists_one'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry';

/** A comprehension: one variable stands for the item of a list or the key of a map, two for index and item or key and value. */
export interface FoldExpr {
  readonly kind: 'fold';
  readonly macro: Fold;
  readonly range: Expr;
  readonly variables: readonly string[];
  /** Which items count, where the macro has both a filter and a body. */
  readonly filter?: Expr;
  readonly body: Expr;
  readonly at: number;
}

/** `target.optMap(variable, body)`, or with `flat` the same where the body is an optional itself. */
export interface OptionalMapExpr {
  readonly kind: 'optMap';
  readonly flat: boolean;
  readonly target: Expr;
  readonly variable: string;
  readonly body: Expr;
  readonly at: number;
}
