import { type FieldError, invalidValue, type JsonObject } from '@opwright/machinery';
import { field } from '../../tree.ts';
import { goStruct } from '../go-values.ts';

/** The keywords of a schema in the order of Go's struct, with its names, which messages show. */
const KEYWORDS: readonly (readonly [keyword: string, name: string])[] = [
  'ID:id Schema:$schema Ref:$ref Description Type Nullable Format Title Default Maximum ExclusiveMaximum Minimum',
  'ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Enum MaxProperties',
  'MinProperties Required Items AllOf OneOf AnyOf Not Properties AdditionalProperties PatternProperties Dependencies',
  'AdditionalItems Definitions ExternalDocs Example XPreserveUnknownFields:x-kubernetes-preserve-unknown-fields',
  'XEmbeddedResource:x-kubernetes-embedded-resource XIntOrString:x-kubernetes-int-or-string',
  'XListMapKeys:x-kubernetes-list-map-keys XListType:x-kubernetes-list-type XMapType:x-kubernetes-map-type',
  'XValidations:x-kubernetes-validations',
].flatMap((line) =>
  line.split(' ').map((entry) => {
    const [name = '', keyword = name.charAt(0).toLowerCase() + name.slice(1)] = entry.split(':');
    return [keyword, name] as const;
  }),
);

const ALLOWED = [
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems',
  'MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations',
].join(' ');
const allowed: ReadonlySet<string> = new Set(ALLOWED.split(' '));

/** Where the status is written on its own its schema is taken out of the whole: nothing around it may speak of it. */
export function rootSchemaErrors(schema: JsonObject, path: string): FieldError[] {
  for (const [keyword, name] of KEYWORDS) {
    const value = field(schema, keyword);
    if (value === undefined || value === '' || value === false) continue;
    if (keyword === 'type' && value !== 'object') {
      const why = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
      return [invalidValue(`${path}.type`, value, why)];
    }
    if (allowed.has(name)) continue;
    const why = `only [${ALLOWED}] fields are allowed at the root of the schema if the status subresource is enabled`;
    return [invalidValue(path, goStruct('apiextensions.JSONSchemaProps'), why)];
  }
  return [];
}
