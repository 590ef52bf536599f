import type { JsonValue } from '@opwright/machinery';

/**
 * The part of OpenAPI v3 in which a CustomResourceDefinition describes its objects, as JSON (apiextensions.k8s.io/v1
 * `JSONSchemaProps`). Keys that Kubernetes forbids in a structural schema are absent here; {@link checkStructural}
 * finds the rest of the rules.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export interface StructuralSchema extends ValueValidation {
  readonly type?: SchemaType;
  readonly title?: string;
  readonly description?: string;
  readonly default?: JsonValue;
  readonly example?: JsonValue;
  readonly externalDocs?: ExternalDocs;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: boolean | StructuralSchema;
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-embedded-resource'?: true;
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'granular' | 'atomic';
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

export type SchemaType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';

/** What restricts a value without giving it structure: all that may stand inside allOf, anyOf, oneOf and not. */
export interface ValueValidation {
  readonly format?: string;
  readonly enum?: readonly JsonValue[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** RE2 syntax. */
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly allOf?: readonly NestedValidation[];
  readonly anyOf?: readonly NestedValidation[];
  readonly oneOf?: readonly NestedValidation[];
  readonly not?: NestedValidation;
}

/** A branch of allOf, anyOf, oneOf or not. `type` is for `x-kubernetes-int-or-string` alone. */
export interface NestedValidation extends ValueValidation {
  readonly type?: SchemaType;
  readonly properties?: Readonly<Record<string, NestedValidation>>;
  readonly additionalProperties?: boolean | NestedValidation;
  readonly items?: NestedValidation;
}

export interface ExternalDocs {
  readonly url?: string;
  readonly description?: string;
}

/** A CEL rule, one entry of `x-kubernetes-validations`. */
export interface ValidationRule {
  /** Must be true. `self` is the value, `oldSelf` the value before the update. */
  readonly rule: string;
  readonly message?: string;
  /** CEL that yields the message; `message` is the fallback. */
  readonly messageExpression?: string;
  readonly reason?: RuleReason;
  /** The field to blame, relative to the rule's place: `.replicas`. */
  readonly fieldPath?: string;
  /** Evaluate a transition rule on create as well; `oldSelf` is then an optional. */
  readonly optionalOldSelf?: boolean;
}

export type RuleReason = 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
