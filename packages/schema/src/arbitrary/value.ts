import { type JsonObject, type JsonValue, mutableCopy, type Random, setOwn } from '@opwright/machinery';
import type { StructuralSchema } from '../structural/schema.ts';
import { chance, integer, oneOf, several } from './choose.ts';
import { arbitraryText } from './text.ts';

/** How deep values grow where a schema sets no end. */
const MAX_DEPTH = 6;

/**
 * A value that is likely to be valid for the schema: of its type, within its bounds, with or without what is optional.
 * allOf, anyOf, oneOf, not and CEL rules are not looked at: whoever needs a valid value asks again until there is one.
 */
export function arbitraryValue(schema: StructuralSchema, random: Random, depth = 0): JsonValue {
  if (schema.nullable && chance(random, 0.1)) return null;
  if (schema.enum !== undefined && schema.enum.length > 0) return mutableCopy(oneOf(random, schema.enum)) as JsonValue;
  if (schema['x-kubernetes-int-or-string']) {
    return chance(random, 0.5) ? integer(random, 0, 100) : `${integer(random, 0, 100)}%`;
  }
  switch (schema.type) {
    case 'object':
      return arbitraryObject(schema, random, depth);
    case 'array':
      return arbitraryList(schema, random, depth);
    case 'string':
      return arbitraryText(schema, random);
    case 'boolean':
      return chance(random, 0.5);
    case 'integer':
      return arbitraryNumber(schema, random);
    case 'number':
      return chance(random, 0.5) ? arbitraryNumber(schema, random) : arbitraryNumber(schema, random, 4);
    default:
      return arbitraryJson(random, depth);
  }
}

function arbitraryObject(schema: StructuralSchema, random: Random, depth: number): JsonObject {
  const { properties = {}, required = [], additionalProperties, minProperties = 0 } = schema;
  const object: { [key: string]: JsonValue } = schema['x-kubernetes-embedded-resource']
    ? { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'embedded' } }
    : {};
  const isDeep = depth >= MAX_DEPTH;
  for (const [name, property] of Object.entries(properties)) {
    const isNeeded = required.includes(name) && property.default === undefined;
    if (isNeeded || (!isDeep && chance(random, 0.7))) setOwn(object, name, arbitraryValue(property, random, depth + 1));
  }
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (typeof additionalProperties === 'object' || isOpen) {
    const values = typeof additionalProperties === 'object' ? additionalProperties : {};
    const more = isDeep ? 0 : 3;
    const least = Math.max(0, minProperties);
    for (const key of several(
      random,
      least,
      Math.max(least, Math.min(schema.maxProperties ?? more, least + more)),
      () => oneOf(random, KEYS),
    )) {
      if (!Object.hasOwn(object, key)) setOwn(object, key, arbitraryValue(values, random, depth + 1));
    }
  }
  return object;
}

/** With what a label, a path or a carelessly used object trips over. */
const KEYS = ['a', 'b', 'c', 'app.kubernetes.io/name', 'a-b', 'x.y', 'toString'];

function arbitraryList(schema: StructuralSchema, random: Random, depth: number): JsonValue[] {
  const { items = {}, minItems = 0, maxItems } = schema;
  const least = Math.max(0, minItems);
  const more = depth >= MAX_DEPTH ? 0 : 3;
  const made = several(random, least, Math.max(least, Math.min(maxItems ?? least + more, least + more)), () =>
    arbitraryValue(items, random, depth + 1),
  );
  const identity = identityOf(schema);
  return identity ? [...new Map(made.map((item) => [identity(item), item])).values()] : made;
}

/** What may be in a list once only. */
function identityOf(schema: StructuralSchema): ((item: JsonValue) => string) | undefined {
  const keys = schema['x-kubernetes-list-map-keys'];
  if (schema['x-kubernetes-list-type'] === 'set') return (item) => JSON.stringify(item);
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined) return undefined;
  const { properties = {} } = schema.items ?? {};
  return (item) =>
    JSON.stringify(keys.map((key) => (item as JsonObject | null)?.[key] ?? properties[key]?.default ?? null));
}

/** @param fraction into how many parts a whole is divided */
function arbitraryNumber(schema: StructuralSchema, random: Random, fraction = 1): number {
  const { minimum, maximum, multipleOf, exclusiveMinimum, exclusiveMaximum, format } = schema;
  const limit = format === 'int32' ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER;
  const step = multipleOf ?? 1 / fraction;
  const lowest = minimum === undefined ? -limit : minimum + (exclusiveMinimum ? step : 0);
  const highest = maximum === undefined ? limit : maximum - (exclusiveMaximum ? step : 0);
  const near = minimum ?? (maximum === undefined ? -8 : maximum - 16);
  const [from, to] = chance(random, 0.8) ? [near, Math.min(highest, near + 16)] : [lowest, highest];
  const value = integer(random, Math.ceil(from / step), Math.floor(to / step)) * step;
  // Sums of many digits leave the range by rounding.
  return Math.min(Math.max(value, lowest), highest);
}

function arbitraryJson(random: Random, depth: number): JsonValue {
  const isDeep = depth >= MAX_DEPTH;
  switch (integer(random, 0, isDeep ? 3 : 5)) {
    case 0:
      return oneOf(random, ['', 'text', '1', 'é']);
    case 1:
      return oneOf(random, [0, 1, -1, 1.5, 9007199254740991]);
    case 2:
      return chance(random, 0.5);
    case 3:
      return 'a';
    case 4:
      return several(random, 0, 2, () => arbitraryJson(random, depth + 2));
    default:
      return Object.fromEntries(several(random, 0, 2, () => [oneOf(random, KEYS), arbitraryJson(random, depth + 2)]));
  }
}
