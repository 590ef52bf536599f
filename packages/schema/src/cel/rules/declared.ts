import { utf8 } from '@opwright/machinery';
import type { StructuralSchema } from '../../structural/schema.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  type ObjectField,
  STRING,
  TIMESTAMP,
} from '../types/type.ts';
import { namesOf } from './escape.ts';
import { MAX_REQUEST_SIZE } from './limits.ts';

/** A schema as rules see it: its type, and how large its values can be. */
export interface Declared {
  readonly type: CelType;
  /** The most characters, bytes, items or entries; 0 where size has no meaning. */
  readonly maxElements: number;
  /** Whether the schema says so, or only the size of requests. */
  readonly isBounded: boolean;
  /** The fewest bytes that a value takes in a request. */
  readonly minSize: number;
  /** By the name under which rules know the field. */
  readonly fields?: ReadonlyMap<string, Declared>;
  /** Of lists the items, of maps the values. */
  readonly elements?: Declared;
}

const roots = new WeakMap<StructuralSchema, Declared | undefined>();
const nested = new WeakMap<StructuralSchema, Declared | undefined>();

/**
 * The type of a schema's values in CEL; undefined where rules cannot see them (no type, or unknown fields only). At the root
 * of an object, apiVersion, kind, metadata.name and metadata.generateName are always there.
 */
export function celTypeOf(schema: StructuralSchema, isRoot = false): CelType | undefined {
  return declare(schema, isRoot)?.type;
}

/** See {@link celTypeOf}. The same schema is always the same declaration, so that its types are the same. */
export function declare(schema: StructuralSchema, isRoot = false): Declared | undefined {
  const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  const cache = isObject ? roots : nested;
  if (!cache.has(schema)) cache.set(schema, build(schema, isObject));
  return cache.get(schema);
}

const text: StructuralSchema = Object.freeze({ type: 'string' });
const objectMeta: Readonly<Record<string, StructuralSchema>> = Object.freeze({
  kind: text,
  apiVersion: text,
  metadata: Object.freeze({ type: 'object', properties: Object.freeze({ name: text, generateName: text }) }),
});

function build(schema: StructuralSchema, isRoot: boolean): Declared | undefined {
  if (schema['x-kubernetes-int-or-string']) {
    return { type: DYN, maxElements: MAX_REQUEST_SIZE - 2, isBounded: true, minSize: 1 };
  }
  switch (schema.type) {
    case 'array':
      return declareList(schema);
    case 'object':
      return declareObject(isRoot ? withObjectMeta(schema) : schema);
    case 'string':
      return declareText(schema);
    case 'boolean':
      return { type: BOOL, maxElements: 0, isBounded: true, minSize: 4 };
    case 'number':
      return { type: DOUBLE, maxElements: 0, isBounded: true, minSize: 1 };
    case 'integer':
      return { type: INT, maxElements: 0, isBounded: true, minSize: 1 };
    default:
      return undefined;
  }
}

/** With the fields that every object has; a schema that describes all of them itself stays as it is. */
function withObjectMeta(schema: StructuralSchema): StructuralSchema {
  const { properties = {} } = schema;
  const { kind, apiVersion, metadata } = properties;
  const { name, generateName } = metadata?.properties ?? {};
  const isComplete = [kind, apiVersion, name, generateName].every((field) => field?.type === 'string');
  return isComplete ? schema : { ...schema, properties: { ...properties, ...objectMeta } };
}

function declareList(schema: StructuralSchema): Declared | undefined {
  const elements = schema.items && declare(schema.items);
  if (!elements) return undefined;
  const { maxItems } = schema;
  const maxElements =
    maxItems === undefined ? Math.trunc((MAX_REQUEST_SIZE - 2) / (elements.minSize + 1)) : Math.max(0, maxItems);
  const isBounded = maxItems !== undefined;
  return { type: listOf(elements.type, semanticsOf(schema)), maxElements, isBounded, minSize: 2, elements };
}

function semanticsOf(schema: StructuralSchema): 'set' | readonly string[] | undefined {
  if (schema['x-kubernetes-list-type'] === 'set') return 'set';
  return schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : undefined;
}

function declareObject(schema: StructuralSchema): Declared | undefined {
  const { additionalProperties, properties = {}, required = [], maxProperties } = schema;
  if (typeof additionalProperties === 'object') {
    const elements = declare(additionalProperties);
    if (!elements) return undefined;
    // Each entry has at least a key of no characters, quotes, colon and comma.
    const most = Math.trunc((MAX_REQUEST_SIZE - 2) / (elements.minSize + 6));
    const maxElements = maxProperties === undefined ? most : Math.max(0, maxProperties);
    const isBounded = maxProperties !== undefined;
    return { type: mapOf(STRING, elements.type), maxElements, isBounded, minSize: 2, elements };
  }
  const fields = new Map<string, Declared>();
  const types = new Map<string, ObjectField>();
  let minSize = 2;
  for (const [key, property] of Object.entries(properties)) {
    const declared = declare(property);
    if (!declared) continue;
    for (const name of namesOf(key)) {
      fields.set(name, declared);
      types.set(name, { key, type: declared.type });
    }
    // Fields with a default need not be sent.
    if (required.includes(key) && property.default === undefined) minSize += key.length + declared.minSize + 4;
  }
  return {
    type: { kind: 'object', name: nextName(), fields: types },
    maxElements: 0,
    isBounded: true,
    minSize,
    fields,
  };
}

let objects = 0;

/** Each object has a type of its own: what only looks alike is not the same type. */
function nextName(): string {
  objects += 1;
  return `selfType${objects}`;
}

function declareText(schema: StructuralSchema): Declared {
  const { format, maxLength, enum: allowed = [] } = schema;
  const isBounded = maxLength !== undefined;
  const most = isBounded ? Math.max(0, maxLength) : MAX_REQUEST_SIZE - 2;
  switch (format) {
    case 'byte':
      return { type: BYTES, maxElements: most, isBounded, minSize: 2 };
    case 'duration':
      return { type: DURATION, maxElements: 32, isBounded: true, minSize: 3 };
    case 'date':
      return { type: TIMESTAMP, maxElements: 12, isBounded: true, minSize: 12 };
    case 'date-time':
      return { type: TIMESTAMP, maxElements: 32, isBounded: true, minSize: 21 };
    default:
  }
  if (!isBounded && allowed.length > 0) {
    const longest = Math.max(...allowed.map((value) => (typeof value === 'string' ? utf8(value).length : 0)));
    return { type: STRING, maxElements: longest, isBounded: true, minSize: 2 };
  }
  // maxLength counts characters, of which each may take four bytes.
  return { type: STRING, maxElements: isBounded ? most * 4 : most, isBounded, minSize: 2 };
}
