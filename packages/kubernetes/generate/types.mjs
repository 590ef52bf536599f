// Compact type data: what Kubernetes' Go types and OpenAPI v3 documents say about every built-in struct, without prose.
// The format is described in src/data/types-json.ts.

const metaV1 = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const anyJson = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON';
const rawExtension = 'io.k8s.apimachinery.pkg.runtime.RawExtension';

/** Go package path of an OpenAPI schema name, and back. */
const packages = [
  ['io.k8s.api.', 'k8s.io/api/'],
  ['io.k8s.apimachinery.pkg.', 'k8s.io/apimachinery/pkg/'],
  ['io.k8s.apiextensions-apiserver.pkg.', 'k8s.io/apiextensions-apiserver/pkg/'],
  ['io.k8s.kube-aggregator.pkg.', 'k8s.io/kube-aggregator/pkg/'],
];

/** Whether a schema belongs to Kubernetes itself. */
export function isBuiltin(name) {
  return packages.some(([prefix]) => name.startsWith(prefix));
}

/** Structs of request and answer bodies that no OpenAPI document describes. */
const goOnlyStructs = [
  ...['CreateOptions', 'UpdateOptions', 'PatchOptions', 'GetOptions', 'ListOptions', 'PartialObjectMetadata'],
  ...['PartialObjectMetadataList', 'Table', 'TableColumnDefinition', 'TableRow', 'TableRowCondition'],
].map((name) => metaV1 + name);
const conversionStructs = ['ConversionReview', 'ConversionRequest', 'ConversionResponse'].map(
  (name) => `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.${name}`,
);

/**
 * @param {Record<string, object>} schemas OpenAPI v3 components of all documents
 * @param {{structs: object, aliases: object} | undefined} go the Go tables, where there are any
 * @param {Record<string, object>} previous the data of the last run: field order and protobuf numbers without Go tables
 */
export function compactTypes(schemas, go, previous) {
  const types = {};
  for (const name of Object.keys(schemas).sort()) {
    const schema = withoutDescriptions(schemas[name]);
    types[name] =
      schema.properties === undefined ? { openapi: schema } : compactStruct(name, schema, go, previous[name]);
  }
  const goOnly = [...goOnlyStructs, ...conversionStructs];
  if (go === undefined) {
    for (const name of goOnly) if (previous[name]) types[name] = previous[name];
  } else {
    for (const name of goOnly) types[name] = structWithoutSchema(name, go);
    // The tables leave out what has no Go type of its own: []interface{}.
    const row = types[`${metaV1}TableRow`].fields;
    if (row[0][0] !== 'cells') row.unshift(['cells', `[]${anyJson}`, { always: 1 }]);
  }
  return Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function compactStruct(name, schema, go, previous) {
  const goFields = go && flatten(goName(name), go);
  const facts = new Map((goFields ?? []).map((field) => [field.json, field]));
  const old = new Map((previous?.fields ?? []).map(([json, type, more = {}]) => [json, { type, more }]));
  const known = goFields ? [...facts.keys()] : [...old.keys()];
  const names = Object.keys(schema.properties);
  // OpenAPI lists required fields in Go's order, properties alphabetically.
  const hinted = new Set([...known, ...(schema.required ?? []), ...names.sort()]);
  const order = [...hinted].filter((key) => names.includes(key));
  const fields = order.map((json) => {
    const property = schema.properties[json];
    const fact = facts.get(json) ?? factFrom(property, old.get(json));
    return field(json, property, fact, (schema.required ?? []).includes(json));
  });
  const struct = { fields };
  const kinds = schema['x-kubernetes-group-version-kind'];
  if (kinds) struct.versions = kinds.map(({ group, version }) => (group === '' ? version : `${group}/${version}`));
  if (schema['x-kubernetes-map-type']) struct.map = schema['x-kubernetes-map-type'];
  if (schema['x-kubernetes-unions']) struct.unions = schema['x-kubernetes-unions'];
  return struct;
}

/** Pointer-ness and emission where no Go table is at hand: as before, else as OpenAPI hints at. */
function factFrom(property, old) {
  const zero = property.default !== undefined && isZero(property.default);
  if (old)
    return { pointer: old.type.startsWith('*'), always: old.more.always === 1, pb: old.more.pb, alias: old.more.go };
  return { pointer: !zero && property.type === undefined && !isGoStructValue(property), always: zero };
}

function isGoStructValue(property) {
  return /\.(Quantity|Time|MicroTime|IntOrString|RawExtension)$/.test(referenceOf(property) ?? '');
}

function field(json, property, fact, required) {
  const more = {};
  if (fact.alias) more.go = fact.alias;
  if (fact.pb !== undefined) more.pb = fact.pb;
  if (fact.always) more.always = 1;
  if (required) more.required = 1;
  const type = (fact.pointer ? '*' : '') + typeText(property);
  const zero = fact.always || property.type === undefined;
  if (property.default !== undefined && (fact.pointer || !zero || !isZero(property.default)))
    more.default = property.default;
  const values = property.enum ?? property.items?.enum ?? property.additionalProperties?.enum;
  if (values) more.enum = values;
  copy(property, 'x-kubernetes-list-type', more, 'list');
  copy(property, 'x-kubernetes-list-map-keys', more, 'keys');
  copy(property, 'x-kubernetes-map-type', more, 'map');
  copy(property, 'x-kubernetes-patch-strategy', more, 'patch');
  copy(property, 'x-kubernetes-patch-merge-key', more, 'mergeKey');
  if (property.$ref) more.bare = 1;
  return Object.keys(more).length === 0 ? [json, type] : [json, type, more];
}

function copy(from, key, to, as) {
  if (from[key] !== undefined) to[as] = from[key];
}

/** Go's notation: `[]string`, `map[string]io.k8s.api.core.v1.Foo`. */
function typeText(schema) {
  const reference = referenceOf(schema);
  if (reference) return reference;
  switch (schema.type) {
    case 'array':
      return `[]${typeText(schema.items)}`;
    case 'object':
      return schema.additionalProperties ? `map[string]${typeText(schema.additionalProperties)}` : 'object';
    case 'string':
      return schema.format === 'byte' ? '[]byte' : 'string';
    case 'integer':
      return schema.format ?? 'int64';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    default:
      throw new Error(`unknown schema ${JSON.stringify(schema)}`);
  }
}

function referenceOf(schema) {
  const reference = schema.$ref ?? schema.allOf?.[0].$ref;
  return reference?.slice('#/components/schemas/'.length);
}

function isZero(value) {
  return (
    value === '' || value === 0 || value === false || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

function goName(schemaName) {
  for (const [prefix, path] of packages) {
    if (!schemaName.startsWith(prefix)) continue;
    const rest = schemaName.slice(prefix.length).split('.');
    return `${path + rest.slice(0, -1).join('/')}.${rest.at(-1)}`;
  }
  return schemaName;
}

/** The JSON fields of a Go struct, embedded structs in place, with the protobuf numbers of the messages around them. */
function flatten(name, go, around = []) {
  const fields = go.structs[name];
  if (fields === undefined) return undefined;
  const home = name.slice(0, name.lastIndexOf('.'));
  return fields.flatMap((field) => {
    if (field.inline) {
      const embedded = field.go.endsWith('TypeMeta')
        ? 'k8s.io/apimachinery/pkg/apis/meta/v1.TypeMeta'
        : `${home}.${field.go}`;
      const inner = flatten(embedded, go, field.pb ? [...around, field.pb.n] : around);
      return field.go.endsWith('TypeMeta')
        ? inner.map(({ json }) => ({ json, go: 'string', pointer: false, always: false }))
        : inner;
    }
    if (field.json === null || field.json === '-') return [];
    const path = field.pb ? [...around, field.pb.n] : undefined;
    return [
      {
        json: field.json,
        go: field.go,
        home,
        pointer: field.go.startsWith('*'),
        always: !field.omitempty,
        pb: path && (path.length === 1 ? path[0] : path),
        alias: aliasText(field.go.replace(/^\*/, ''), home, go),
      },
    ];
  });
}

/**
 * The Go type in the words of Go's messages, where a named type hides behind what OpenAPI shows: `v1.PullPolicy`,
 * `[]v1.PersistentVolumeAccessMode`. The qualifier is the package's name: its version.
 */
function aliasText(text, home, go) {
  if (text.startsWith('[]')) return prefixed('[]', aliasText(text.slice(2), home, go));
  if (text.startsWith('map[string]')) return prefixed('map[string]', aliasText(text.slice(11), home, go));
  const [qualifier, plain] = text.includes('.') ? text.split('.') : ['', text];
  if (qualifier === 'types') return text;
  const suffix = qualifier === 'metav1' ? 'meta/v1' : qualifier === 'corev1' || qualifier === 'apiv1' ? 'core/v1' : '';
  const homes = qualifier === '' ? [home] : Object.keys(go.aliases).map((name) => name.slice(0, name.lastIndexOf('.')));
  const found = homes.find((path) => path.endsWith(suffix) && go.aliases[`${path}.${plain}`] !== undefined);
  return found && `${found.slice(found.lastIndexOf('/') + 1)}.${plain}`;
}

function prefixed(prefix, text) {
  return text && prefix + text;
}

function structWithoutSchema(name, go) {
  const fields = flatten(goName(name), go).map((fact) => {
    const more = {};
    if (fact.pb !== undefined) more.pb = fact.pb;
    if (fact.always) more.always = 1;
    if (fact.alias) more.go = fact.alias;
    const type = (fact.pointer ? '*' : '') + schemaTypeOf(fact.go.replace(/^\*/, ''), fact.home, go);
    return Object.keys(more).length === 0 ? [fact.json, type] : [fact.json, type, more];
  });
  return { fields, internal: 1 };
}

function schemaTypeOf(text, home, go) {
  if (text.startsWith('[]') && text !== '[]byte') return `[]${schemaTypeOf(text.slice(2), home, go)}`;
  if (['string', 'bool', 'int32', 'int64', '[]byte'].includes(text)) return text;
  if (text === 'runtime.RawExtension') return rawExtension;
  if (text === 'types.UID') return 'string';
  const plain = text.replace(/^(metav1|v1)\./, '');
  const path = text === plain ? home : 'k8s.io/apimachinery/pkg/apis/meta/v1';
  if (go.aliases[`${path}.${plain}`]) return schemaTypeOf(go.aliases[`${path}.${plain}`], path, go);
  const [prefix, goPrefix] = packages.find(([, value]) => path.startsWith(value));
  return `${prefix}${path.slice(goPrefix.length).replaceAll('/', '.')}.${plain}`;
}

/** A schema without prose. `description` is also the name of a field (of Event's schema, for one): those stay. */
export function withoutDescriptions(schema) {
  if (Array.isArray(schema)) return schema.map(withoutDescriptions);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => key !== 'description' || typeof value !== 'string')
      .map(([key, value]) => [key, withoutDescriptions(value)]),
  );
}
