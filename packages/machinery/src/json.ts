/** A JSON value, deeply readonly: what caches, clients and the embedded server hand out. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object, deeply readonly. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** `T` with every property and element readonly, all the way down. */
export type DeepReadonly<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };
