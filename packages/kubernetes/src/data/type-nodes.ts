import type {
  AnyNode,
  FieldNode,
  ListNode,
  MapNode,
  Scalar,
  ScalarNode,
  StructNode,
  TypeNode,
} from '@opwright/machinery';
import { type FieldJson, type StructJson, typesJson } from './types-json.ts';

const META_V1 = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const APIEXTENSIONS_V1 = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';
const JSON_SCHEMA_PROPS = `${APIEXTENSIONS_V1}JSONSchemaProps`;

const SCALARS: ReadonlyMap<string, Scalar> = new Map([
  ['string', 'string'],
  ['int32', 'int32'],
  ['int64', 'int64'],
  ['float64', 'number'],
  ['bool', 'boolean'],
  ['[]byte', 'bytes'],
  ['io.k8s.apimachinery.pkg.api.resource.Quantity', 'quantity'],
  ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', 'intOrString'],
  [`${META_V1}Time`, 'time'],
  [`${META_V1}MicroTime`, 'microTime'],
]);

/** Go's names for what `goType` texts of fields are made of. */
const GO_NAMES: ReadonlyMap<string, string> = new Map([
  ['[]byte', '[]uint8'],
  ['io.k8s.apimachinery.pkg.runtime.RawExtension', 'runtime.RawExtension'],
  ['io.k8s.apimachinery.pkg.api.resource.Quantity', 'resource.Quantity'],
  ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', 'intstr.IntOrString'],
]);

const nodes = new Map<string, TypeNode>();
let all: ReadonlyMap<string, TypeNode> | undefined;
let structsByKind: ReadonlyMap<string, string> | undefined;

/** The type with this schema name (`io.k8s.api.core.v1.PodSpec`). Built on first use, the same node every time. */
export function builtinType(name: string): TypeNode | undefined {
  return Object.hasOwn(typesJson(), name) ? named(name) : undefined;
}

/** Every built-in type by its schema name. The fields of a struct are built when they are first looked at. */
export function builtinTypes(): ReadonlyMap<string, TypeNode> {
  all ??= new Map(Object.keys(typesJson()).map((name) => [name, named(name)]));
  return all;
}

/**
 * The struct of a kind: of everything served, its lists, and the bodies of requests and answers. The latter (DeleteOptions,
 * Status, Table…) are those of meta/v1 whatever group is named, as clients name the group that they talk to.
 */
export function typeOf(apiVersion: string, kind: string): StructNode | undefined {
  structsByKind ??= indexKinds();
  const name = structsByKind.get(`${apiVersion} ${kind}`) ?? structsByKind.get(`meta ${kind}`);
  const node = name === undefined ? undefined : named(name);
  return node?.node === 'struct' ? node : undefined;
}

function indexKinds(): ReadonlyMap<string, string> {
  const index = new Map<string, string>();
  for (const [name, type] of Object.entries(typesJson())) {
    if (type.fields === undefined) continue;
    const kind = lastPart(name);
    if (name.startsWith(META_V1)) {
      if (type.fields[0]?.[0] === 'kind') index.set(`meta ${kind}`, name);
    } else if (type.versions) {
      for (const version of type.versions) index.set(`${version} ${kind}`, name);
    } else if (name === `${APIEXTENSIONS_V1}ConversionReview`) {
      index.set('apiextensions.k8s.io/v1 ConversionReview', name);
    }
  }
  return index;
}

function named(name: string): TypeNode {
  let node = nodes.get(name);
  if (node === undefined) {
    node = build(name);
    nodes.set(name, node);
  }
  return node;
}

function build(name: string): TypeNode {
  const scalar = SCALARS.get(name);
  if (scalar !== undefined) return { node: 'scalar', scalar };
  const type = typesJson()[name];
  if (type?.fields !== undefined) return struct(name, type, type.map === 'atomic');
  // An object without properties is a struct without fields, where OpenAPI does not use it for "anything".
  if (name === `${APIEXTENSIONS_V1}CustomResourceSubresourceStatus`) return struct(name, { fields: [] }, false);
  const any: AnyNode = { node: 'any', name: lastPart(name) };
  if (!name.startsWith(`${JSON_SCHEMA_PROPS}Or`)) return any;
  return {
    ...any,
    get struct() {
      return named(JSON_SCHEMA_PROPS);
    },
  };
}

function struct(name: string, type: StructJson, atomic: boolean): StructNode {
  let fields: ReadonlyMap<string, FieldNode> | undefined;
  return {
    node: 'struct',
    name: lastPart(name),
    get fields() {
      fields ??= new Map(type.fields.map(([field, text, more]) => [field, fieldNode(field, text, more ?? {})]));
      return fields;
    },
    atomic,
    preserveUnknown: false,
    embeddedResource: false,
  };
}

function fieldNode(name: string, text: string, more: FieldJson): FieldNode {
  const pointer = text.startsWith('*');
  const bare = pointer ? text.slice(1) : text;
  const pb = more.pb;
  const numbers = typeof pb === 'object' ? pb : undefined;
  return {
    name,
    type: fieldType(bare, more),
    required: more.required === 1,
    whenAbsent: whenAbsent(text, more),
    pointer,
    nullable: false,
    ...(more.default !== undefined && { default: more.default }),
    patchStrategy: (more.patch?.split(',') ?? []) as FieldNode['patchStrategy'],
    ...(more.mergeKey !== undefined && { patchMergeKey: more.mergeKey }),
    ...(pb !== undefined && { protobuf: typeof pb === 'number' ? pb : pb.at(-1)! }),
    ...(numbers !== undefined && { protobufAround: numbers.slice(0, -1) }),
    goType: more.go ?? goType(bare),
  };
}

/**
 * What Go writes for a value that is not there. omitempty does not leave out structs: a Time is written as null, a
 * RawExtension too, a Quantity as "0", any other struct as {}.
 */
function whenAbsent(text: string, more: FieldJson): FieldNode['whenAbsent'] {
  if (/^(\*|\[\]|map\[)/.test(text)) return more.always ? 'null' : 'omit';
  const type = text.startsWith('io.') ? named(text) : undefined;
  if (type?.node === 'any') return 'null';
  if (type?.node === 'scalar' && (type.scalar === 'time' || type.scalar === 'microTime')) return 'null';
  return type !== undefined || more.always ? 'zero' : 'omit';
}

function fieldType(text: string, more: FieldJson): TypeNode {
  const scalar = SCALARS.get(text);
  if (scalar !== undefined) {
    return more.enum === undefined ? named(text) : ({ node: 'scalar', scalar, enum: more.enum } satisfies ScalarNode);
  }
  if (text.startsWith('[]')) {
    const item = fieldType(text.slice(2), { ...(more.enum && { enum: more.enum }) });
    return { node: 'list', item, listType: more.list ?? 'atomic', keys: more.keys ?? [] } satisfies ListNode;
  }
  if (text.startsWith('map[string]')) {
    const value = fieldType(text.slice('map[string]'.length), { ...(more.enum && { enum: more.enum }) });
    return { node: 'map', value, atomic: more.map === 'atomic' } satisfies MapNode;
  }
  if (more.map !== undefined) {
    const type = typesJson()[text];
    if (type?.fields !== undefined) return struct(text, type, more.map === 'atomic');
  }
  return named(text);
}

function goType(text: string): string {
  if (text.startsWith('[]') && text !== '[]byte') return `[]${goType(text.slice(2))}`;
  if (text.startsWith('map[string]')) return `map[string]${goType(text.slice('map[string]'.length))}`;
  return GO_NAMES.get(text) ?? text.split('.').slice(-2).join('.');
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
