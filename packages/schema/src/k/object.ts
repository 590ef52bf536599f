import type { ObjectMetaInput } from '@opwright/machinery';
import type { StructuralSchema, ValidationRule } from '../structural/schema.ts';
import {
  type AnyNode,
  type Defaulted,
  type InputOf,
  initialState,
  type Narrowed,
  type NodeState,
  type Optional,
  SchemaNode,
  type StoredOf,
} from './node.ts';

/** The fields of an object, by name. */
export type Fields = Readonly<Record<string, AnyNode>>;

/** What every embedded object has beside its declared fields. */
export interface EmbeddedMeta {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: ObjectMetaInput;
}

/** The names of the fields that may be absent in a stored object. */
export type OptionalKey<F extends Fields> = {
  [Key in keyof F]: F[Key] extends Defaulted ? never : F[Key] extends Optional ? Key : never;
}[keyof F];

/** The names of the fields that may be left out when writing. */
export type OmittableKey<F extends Fields> = {
  [Key in keyof F]: F[Key] extends Defaulted | Optional ? Key : never;
}[keyof F];

// `infer` makes one plain object type of the two halves, so that messages and hovers show the fields.

/** The stored type of an object with these fields. */
export type StoredFields<F extends Fields> = {
  [Key in Exclude<keyof F, OptionalKey<F>>]: StoredOf<F[Key]>;
} & { [Key in OptionalKey<F>]?: StoredOf<F[Key]> } extends infer Both
  ? { readonly [Key in keyof Both]: Both[Key] }
  : never;

/** The input type of an object with these fields. */
export type InputFields<F extends Fields> = {
  [Key in Exclude<keyof F, OmittableKey<F>>]: InputOf<F[Key]>;
} & { [Key in OmittableKey<F>]?: InputOf<F[Key]> } extends infer Both
  ? { readonly [Key in keyof Both]: Both[Key] }
  : never;

/** `type: object` with declared fields. */
export class ObjectNode<F extends Fields> extends SchemaNode<StoredFields<F>, InputFields<F>> {
  /** The fields as they were given; spread them to compose objects. */
  readonly fields: F;

  constructor(fields: F, state: NodeState = initialState(objectSchema(fields))) {
    super(state);
    this.fields = fields;
    Object.freeze(this);
  }

  protected override copy(state: NodeState): ObjectNode<F> {
    return new ObjectNode(this.fields, state);
  }

  minProperties(minProperties: number): this {
    return this.with({ minProperties });
  }

  maxProperties(maxProperties: number): this {
    return this.with({ maxProperties });
  }

  /** Server-side apply owns the object as one value. */
  atomic(): this {
    return this.with({ 'x-kubernetes-map-type': 'atomic' });
  }

  /** Server-side apply owns each field. That is also what an object without a map type is; this writes it down. */
  granular(): this {
    return this.with({ 'x-kubernetes-map-type': 'granular' });
  }

  /** Unknown fields are kept instead of pruned. */
  preserveUnknown(): this {
    return this.with({ 'x-kubernetes-preserve-unknown-fields': true });
  }

  /** The value is a whole Kubernetes object: apiVersion, kind and metadata are implied and validated. */
  embeddedResource(): this & Narrowed<EmbeddedMeta> {
    return this.with({ 'x-kubernetes-embedded-resource': true }) as this & Narrowed<EmbeddedMeta>;
  }

  /** Exactly one of these optional fields must be set. */
  exactlyOneOf(...fields: OneOfFields<F>): this {
    return this.rule(`${countOf(fields)} == 1`, {
      message: `exactly one of the fields in [${fields.join(' ')}] must be set`,
    });
  }

  /** At most one of these optional fields may be set. */
  atMostOneOf(...fields: OneOfFields<F>): this {
    return this.rule(`${countOf(fields)} <= 1`, {
      message: `at most one of the fields in [${fields.join(' ')}] may be set`,
    });
  }

  /** At least one of these optional fields must be set. */
  atLeastOneOf(...fields: OneOfFields<F>): this {
    return this.rule(fields.map(hasField).join('||'), {
      message: `at least one of the fields in [${fields.join(' ')}] must be set`,
    });
  }
}

/** Two or more optional fields. */
export type OneOfFields<F extends Fields> = readonly [
  OptionalKey<F> & string,
  OptionalKey<F> & string,
  ...(OptionalKey<F> & string)[],
];

/** An object with these fields. A field is required unless it is `.optional()` or has a `.default(…)`. */
export function object<F extends Fields>(fields: F): ObjectNode<F> {
  return new ObjectNode(Object.freeze({ ...fields }));
}

function objectSchema(fields: Fields): StructuralSchema {
  const entries = Object.entries(fields);
  const required = entries.filter(([, node]) => isRequired(node)).map(([name]) => name);
  const rules = entries.filter(([, node]) => node.isImmutable && !isRequired(node)).map(([name]) => keepRule(name));
  return {
    type: 'object',
    properties: Object.freeze(Object.fromEntries(entries.map(([name, node]) => [name, node.schema]))),
    ...(required.length > 0 && { required: Object.freeze(required.sort()) }),
    ...(rules.length > 0 && { 'x-kubernetes-validations': Object.freeze(rules) }),
  };
}

/** Whether whoever writes the object must give the field. */
export function isRequired(node: AnyNode): boolean {
  return !node.isOptional && node.schema.default === undefined;
}

/** A transition rule on a field does not run when the field goes away; only the object around it can forbid that. */
function keepRule(name: string): ValidationRule {
  const field = celField(name);
  return Object.freeze({
    rule: `!has(oldSelf.${field}) || has(self.${field})`,
    message: `field ${name} is immutable once set`,
  });
}

// Sums are cheaper for the API server's cost estimate than lists.
function countOf(fields: readonly string[]): string {
  return fields.map((field) => `(${hasField(field)}?1:0)`).join('+');
}

function hasField(field: string): string {
  return `has(self.${celField(field)})`;
}

const celKeywords = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** A field's name as CEL in a CRD spells it. */
export function celField(name: string): string {
  if (celKeywords.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}
