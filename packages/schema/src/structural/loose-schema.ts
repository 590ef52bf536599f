/** A schema as somebody wrote it: with every key that `JSONSchemaProps` has, allowed or not. */
export interface LooseSchema {
  readonly $ref?: string;
  readonly additionalItems?: unknown;
  readonly additionalProperties?: boolean | LooseSchema;
  readonly allOf?: readonly LooseSchema[];
  readonly anyOf?: readonly LooseSchema[];
  readonly default?: unknown;
  readonly definitions?: Readonly<Record<string, LooseSchema>>;
  readonly dependencies?: unknown;
  readonly description?: string;
  readonly id?: string;
  readonly items?: LooseSchema | readonly LooseSchema[];
  readonly not?: LooseSchema;
  readonly nullable?: boolean;
  readonly oneOf?: readonly LooseSchema[];
  readonly pattern?: string;
  readonly patternProperties?: Readonly<Record<string, LooseSchema>>;
  readonly properties?: Readonly<Record<string, LooseSchema>>;
  readonly required?: readonly string[];
  readonly title?: string;
  readonly type?: string;
  readonly uniqueItems?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly LooseRule[];
}

export interface LooseRule {
  readonly rule?: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** The one schema of all items; undefined where there is none, or a list of schemas. */
export function itemsOf(schema: LooseSchema): LooseSchema | undefined {
  return Array.isArray(schema.items) ? undefined : (schema.items as LooseSchema | undefined);
}

/** The schema of additional properties, where it is not just true or false. */
export function valuesOf(schema: LooseSchema): LooseSchema | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** The schema of a declared property, whatever its name. */
export function propertyOf(schema: LooseSchema, name: string): LooseSchema | undefined {
  const { properties = {} } = schema;
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}
