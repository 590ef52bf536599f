/** A path of Kubernetes' JSONPath dialect, parsed: steps from the root inwards. Immutable. */
export type JsonPath = readonly JsonPathStep[];

export type JsonPathStep =
  /** `.name`, `['name']`; none for an array */
  | { readonly step: 'field'; readonly name: string }
  /** `[0]`; a negative index counts from the end. */
  | { readonly step: 'index'; readonly index: number }
  /** `[1:3]`, `[::2]`, `[*]`: elements of an array */
  | { readonly step: 'slice'; readonly start?: number; readonly end?: number; readonly by: number }
  /** `.*`: elements of an array, values of an object */
  | { readonly step: 'wildcard' }
  /** `..`: the value and everything below it that can have fields */
  | { readonly step: 'recursive' }
  /** `[0,2]`, `['a','b']` */
  | { readonly step: 'union'; readonly paths: readonly JsonPath[] }
  /** `[?(@.type=="Ready")]` */
  | { readonly step: 'filter'; readonly filter: JsonPathFilter };

/** What an element must satisfy; `exists` looks at the left side only. */
export interface JsonPathFilter {
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'exists';
  readonly left: JsonPathOperand;
  readonly right?: JsonPathOperand;
}

export type JsonPathOperand =
  /** `@.type`: from the element */
  { readonly path: JsonPath } | { readonly literal: string | number | boolean };

/** A text that is not a JSONPath of this dialect. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}
