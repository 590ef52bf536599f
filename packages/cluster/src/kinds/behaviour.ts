import type { JsonObject } from '@opwright/machinery';
import type { ColumnDefinition, FieldError, MutableObject, StrategyContext } from './kind.ts';

/**
 * What one built-in kind adds to the general rules. Every member is optional: a kind without any is stored as sent,
 * has its status reset on create and kept on update when it has a status subresource, and prints Name and Age.
 */
export interface KindBehaviour {
  /** Fills in defaults, in place. */
  readonly defaults?: (object: MutableObject) => void;
  /** Where the kind has a template of pods: keys from the root. */
  readonly podTemplate?: readonly string[];
  /** After the status has been reset. */
  readonly prepareForCreate?: (object: MutableObject, context: StrategyContext) => void;
  /** See {@link ServedKind.canonicalize}. */
  readonly canonicalize?: (object: MutableObject) => void;
  /** See {@link ServedKind.defaultOnRead}. */
  readonly defaultOnRead?: (object: MutableObject) => boolean;
  /** After the status has been kept. */
  readonly prepareForUpdate?: (object: MutableObject, old: JsonObject, context: StrategyContext) => void;
  /** A creator may send a status (nodes), though there is a status subresource. */
  readonly keepsCreatedStatus?: boolean;
  /** Default: an RFC 1123 subdomain. */
  readonly nameRule?: NameRule;
  /** `old` on updates. */
  readonly validate?: (object: JsonObject, old: JsonObject | undefined) => FieldError[];
  readonly validateUpdate?: (object: JsonObject, old: JsonObject) => FieldError[];
  /** See {@link ServedKind.subresourceErrors}. */
  readonly subresourceErrors?: Readonly<Record<string, (object: JsonObject, old: JsonObject) => FieldError[]>>;
  /** See {@link ServedKind.prepareForStatusUpdate}. */
  readonly prepareForStatusUpdate?: (object: MutableObject, old: JsonObject, context: StrategyContext) => void;
  readonly warnings?: (object: JsonObject, old: JsonObject | undefined) => string[];
  /** See {@link ServedKind.orphaningWarning}. */
  readonly orphaningWarning?: string;
  /** See {@link ServedKind.resetFields}. */
  readonly resetFields?: Readonly<Record<string, readonly string[]>>;
  /** See {@link ServedKind.statusKeepsMetadata}. */
  readonly statusKeepsMetadata?: readonly string[];
  /** See {@link ServedKind.beginDeletion}. */
  readonly beginDeletion?: (object: MutableObject, nowMs: number) => boolean;
  readonly gracePeriodSeconds?: (object: JsonObject) => number;
  readonly printer?: Printer;
  readonly selectors?: FieldSelectors;
  /** Present when another version is stored. */
  readonly conversion?: Conversion;
}

/** How a version of a kind relates to the stored one. The functions leave the order of fields to others. */
export interface Conversion {
  /** Where the stored version is kept, see {@link ServedKind.storage}. */
  readonly storage: string;
  /** The stored version: `autoscaling/v2`. */
  readonly storedAs: string;
  readonly fromStorage: (stored: JsonObject) => JsonObject;
  readonly toStorage: (object: JsonObject) => MutableObject;
}

/** What is wrong with a name; empty when nothing is. */
export type NameRule = (name: string) => readonly string[];

/** How kubectl's table shows a kind. */
export interface Printer {
  readonly columns: readonly ColumnDefinition[];
  readonly row: (object: JsonObject, nowMs: number) => unknown[];
  readonly conditions?: (object: JsonObject) => JsonObject[];
}

/** What field selectors may ask of a kind, beside metadata.name and metadata.namespace. */
export interface FieldSelectors {
  readonly fields: Readonly<Record<string, (object: JsonObject) => string>>;
  /** How the kind refuses others, in words of its own. */
  readonly refusal?: (field: string) => string;
}

/** Behaviours of a group's kinds, by Kind. */
export type Behaviours = Readonly<Record<string, KindBehaviour>>;
