import type { JsonObject, JsonValue } from '@opwright/machinery';
import { readData } from './read-data.ts';

/** `data/types.json`: schema name (`io.k8s.api.core.v1.Pod`) → type. */
export type TypesJson = Readonly<Record<string, TypeJson>>;

export type TypeJson = StructJson | OpaqueJson;

/** A Go struct. */
export interface StructJson {
  /** In the order in which Go writes them, embedded structs in place. */
  readonly fields: readonly (readonly [name: string, type: string, more?: FieldJson])[];
  /** The group-versions in which this is a kind of its own. */
  readonly versions?: readonly string[];
  /** x-kubernetes-map-type */
  readonly map?: string;
  /** x-kubernetes-unions */
  readonly unions?: JsonValue;
  /** No OpenAPI document describes it. */
  readonly internal?: 1;
}

/** A type with a JSON form of its own, or without fields: its schema as it is. */
export interface OpaqueJson {
  readonly fields?: undefined;
  readonly openapi: JsonObject;
}

/** What a field has beside name and type (`int32`, `*string`, `[]io.k8s.api.core.v1.Container`, `map[string]bool`). */
export interface FieldJson {
  /** Protobuf number; those of the embedded messages around it first. */
  readonly pb?: number | readonly number[];
  /** Go's tag has no omitempty. */
  readonly always?: 1;
  readonly required?: 1;
  /** The schema's default, where it does not follow from `always`. */
  readonly default?: JsonValue;
  /** Of the value, or of the items. */
  readonly enum?: readonly string[];
  readonly list?: 'atomic' | 'set' | 'map';
  readonly keys?: readonly string[];
  readonly map?: 'atomic' | 'granular';
  /** Patch strategies, separated by commas. */
  readonly patch?: string;
  readonly mergeKey?: string;
  /** The named Go type where `type` does not show it. */
  readonly go?: string;
  /** The schema refers without allOf. */
  readonly bare?: 1;
}

let types: TypesJson | undefined;

/** The data of every built-in type, those of gated kinds too, read on first use. */
export function typesJson(): TypesJson {
  types ??= { ...readData<TypesJson>('types.json'), ...readData<{ types: TypesJson }>('alpha.json').types };
  return types;
}
