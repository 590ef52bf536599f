// The TypeScript modules: interfaces for every struct, a resource value for every served kind.
import { referencePage } from './reference-pages.mjs';

const banner = '// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.\n';

/** Types that machinery declares, and what stands for Go types with a JSON form of their own. */
const fromMachinery = [
  'ListMeta',
  'ManagedFieldsEntry',
  'ObjectMeta',
  'ObjectMetaInput',
  'OwnerReference',
  'Condition',
];
const fromMachineryToo = ['Status', 'StatusCause', 'StatusDetails'];
const special = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': { text: 'string' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': { text: 'string' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': { text: 'JsonObject', machinery: ['JsonObject'] },
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch': { text: 'JsonValue', machinery: ['JsonValue'] },
  'io.k8s.apimachinery.pkg.runtime.RawExtension': { text: 'JsonObject', machinery: ['JsonObject'] },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { text: 'Quantity', meta: ['Quantity'] },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { text: 'IntOrString', meta: ['IntOrString'] },
  ...Object.fromEntries(
    Object.entries({
      JSON: { text: 'JsonValue', machinery: ['JsonValue'] },
      JSONSchemaPropsOrBool: { text: 'JSONSchemaProps | boolean' },
      JSONSchemaPropsOrArray: { text: 'JSONSchemaProps | readonly JSONSchemaProps[]' },
      JSONSchemaPropsOrStringArray: { text: 'JSONSchemaProps | readonly string[]' },
      CustomResourceSubresourceStatus: { text: 'Readonly<Record<string, never>>' },
    }).map(([name, value]) => [`io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.${name}`, value]),
  ),
};

/** @returns {Record<string, string>} module name below src/generated → text */
export function modules(types, resources, version) {
  const moduleOf = moduleNames(resources);
  const contents = new Map();
  const kinds = kindsByName(types, resources);
  const context = { types, kinds, moduleOf, version };
  for (const name of Object.keys(types)) {
    const module = moduleOf(name);
    const short = lastPart(name);
    if (module === undefined || special[name] || types[name].fields === undefined || isList(types[name])) continue;
    if (module === 'meta' && [...fromMachinery, ...fromMachineryToo].includes(short)) continue;
    if (!contents.has(module)) contents.set(module, { body: [], imports: new Map(), names: [] });
    const into = contents.get(module);
    into.body.push(kinds.has(name) ? kindText(name, context, into) : structText(name, context, into));
    into.names.push(...(kinds.has(name) ? [short, `${short}Input`] : [short]));
  }
  contents
    .get('meta')
    .body.push(
      "/** Bytes, cores, counts: `'500m'`, `'1Gi'`, `2`. An API server answers with text in canonical form. */\nexport type Quantity = string | number;",
      "/** A count or a percentage: `1`, `'25%'`; or a port's number or name. */\nexport type IntOrString = number | string;",
    );
  contents.get('meta').names.push('Quantity', 'IntOrString');
  const texts = {};
  for (const [module, content] of contents) texts[module] = moduleText(module, content);
  texts.index = indexText(resources, moduleOf, contents);
  return texts;
}

/** `core`, `apps`, `autoscaling` for a group's preferred version, `autoscaling/v1` for the others, `meta` for the shared types. */
function moduleNames(resources) {
  const preferred = new Map();
  for (const { groupVersion } of resources) {
    const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['core', groupVersion];
    const first = group.split('.')[0];
    if (!preferred.has(first)) preferred.set(first, version);
  }
  return (name) => {
    const [group, version] = name.split('.').slice(-3);
    if (name.includes('.apis.meta.')) return 'meta';
    if (!preferred.has(group)) return undefined;
    return preferred.get(group) === version ? group : `${group}/${version}`;
  };
}

/** Schema name → its resource (when it is served under a name of its own), apiVersion and kind. */
function kindsByName(types, resources) {
  const kinds = new Map();
  for (const [name, type] of Object.entries(types)) {
    if (type.versions?.length !== 1 || isList(type) || !type.fields?.some(([field]) => field === 'metadata')) continue;
    if (name.includes('.apis.meta.')) continue;
    const [apiVersion] = type.versions;
    const kind = lastPart(name);
    const resource = resources
      .find((entry) => entry.groupVersion === apiVersion)
      ?.resources.find((entry) => entry.kind === kind);
    kinds.set(name, { apiVersion, kind, resource });
  }
  return kinds;
}

function isList(type) {
  return type.fields?.some(([name, text]) => name === 'metadata' && text.endsWith('.ListMeta')) ?? false;
}

function lastPart(name) {
  return name.slice(name.lastIndexOf('.') + 1);
}

function kindText(name, context, into) {
  const { apiVersion, kind, resource } = context.kinds.get(name);
  const own = context.types[name].fields.filter(([field]) => !['apiVersion', 'kind', 'metadata'].includes(field));
  need(into, '@opwright/machinery', 'ObjectMeta', 'ObjectMetaInput');
  const page = referencePage(kind, apiVersion.split('/').at(-1), context.version);
  const head = (mark) => `  readonly apiVersion${mark}: '${apiVersion}';\n  readonly kind${mark}: '${kind}';\n`;
  const stored = own.map((field) => {
    const [, type, more = {}] = field;
    const emptiable = more.always && isNil(type) && !type.startsWith('*');
    const required = more.required || isZeroEmitted(field, context) || emptiable;
    return fieldText(field, required, more.required && emptiable, context, into);
  });
  const input = own.map((field) => {
    const [json, type, more = {}] = field;
    const emptiable = more.always && isNil(type) && !type.startsWith('*');
    const required = json !== 'status' && !emptiable && isRequired(field, context);
    return fieldText(field, required, more.required && emptiable, context, into);
  });
  let text = `/** @see ${page} */\nexport interface ${kind} {\n${head('')}  readonly metadata: ObjectMeta;\n${stored.join('')}}\n`;
  text += `\n/** What a person writes to create a ${kind}. */\nexport interface ${kind}Input {\n${head('?')}  readonly metadata: ObjectMetaInput;\n${input.join('')}}\n`;
  if (resource === undefined) return text;
  need(into, '@opwright/machinery/resource', 'Resource');
  into.values = true;
  const names = [
    `apiVersion: '${apiVersion}'`,
    `kind: '${kind}'`,
    `plural: '${resource.name}'`,
    ...(resource.namespaced ? [] : ["scope: 'Cluster'"]),
    ...(resource.singularName === kind.toLowerCase() ? [] : [`singular: '${resource.singularName}'`]),
    ...list('shortNames', resource.shortNames),
    ...list('categories', resource.categories),
    ...list(
      'subresources',
      resource.subresources?.map((entry) => entry.name),
    ),
  ];
  text += `\n/** @see ${page} */\nexport const ${kind}: Resource<'${apiVersion}', '${kind}', ${kind}, ${kind}Input> = /* @__PURE__ */ builtinResource({\n${names.map((line) => `  ${line},\n`).join('')}});\n`;
  return text;
}

function list(key, values) {
  return values?.length ? [`${key}: [${values.map((value) => `'${value}'`).join(', ')}]`] : [];
}

function structText(name, context, into) {
  const fields = context.types[name].fields.map((field) =>
    fieldText(field, isRequired(field, context), false, context, into),
  );
  return `export interface ${lastPart(name)} {\n${fields.join('')}}\n`;
}

function fieldText(field, required, nullWhenEmpty, context, into) {
  const [json, type, more = {}] = field;
  const nullable = nullWhenEmpty || (!more.required && more.always && isNil(type)) || (!more.required && isTime(type));
  const key = /^[A-Za-z_$][\w$]*$/.test(json) ? json : `'${json}'`;
  return `  readonly ${key}${required ? '' : '?'}: ${typeText(type, more, context, into)}${nullable ? ' | null' : ''};\n`;
}

/** Go's nil: what is written as null when it is unset and has no omitempty. */
function isNil(type) {
  return type.startsWith('*') || type.startsWith('[]') || type.startsWith('map[') || type.endsWith('.RawExtension');
}

/** metav1.Time as a value is written as null when it is unset, omitempty or not. */
function isTime(type) {
  return /^io\..*\.(Time|MicroTime)$/.test(type);
}

function isZeroEmitted([, type, more = {}], context) {
  return !isNil(type) && !isTime(type) && (more.always === 1 || context.types[type]?.fields !== undefined);
}

/**
 * A person has to write it: the schema says so, or it is a struct that is always there and has a required field itself
 * (`spec` of a pod template).
 */
function isRequired([, type, more = {}], context) {
  if (more.required) return true;
  const fields = context.kinds.has(type) ? undefined : context.types[type]?.fields;
  return fields !== undefined && lastPart(type) !== 'ObjectMeta' && fields.some((field) => isRequired(field, context));
}

function typeText(text, more, context, into) {
  if (text.startsWith('*')) return typeText(text.slice(1), more, context, into);
  if (text === '[]byte') return 'string';
  if (text.startsWith('[]')) return `readonly ${inList(typeText(text.slice(2), more, context, into))}[]`;
  if (text.startsWith('map[string]')) {
    return `Readonly<Record<string, ${typeText(text.slice('map[string]'.length), more, context, into)}>>`;
  }
  if (text === 'string' && more.enum) return more.enum.map((value) => `'${value}'`).join(' | ');
  const scalar = { string: 'string', int32: 'number', int64: 'number', float64: 'number', bool: 'boolean' }[text];
  if (scalar) return scalar;
  if (text === 'object') return 'Readonly<Record<string, unknown>>';
  if (special[text]) {
    need(into, '@opwright/machinery', ...(special[text].machinery ?? []));
    need(into, 'meta', ...(special[text].meta ?? []));
    return special[text].text;
  }
  return referenceText(text, context, into);
}

function inList(text) {
  return / \| |^readonly /.test(text) ? `(${text})` : text;
}

function referenceText(name, context, into) {
  let short = lastPart(name);
  const module = context.moduleOf(name);
  if (module === 'meta') {
    // Templates carry metadata as a person writes it.
    if (short === 'ObjectMeta') short = 'ObjectMetaInput';
    need(into, [...fromMachinery, ...fromMachineryToo].includes(short) ? '@opwright/machinery' : 'meta', short);
    return short;
  }
  if (context.kinds.has(name)) short = `${short}Input`;
  need(into, module, short);
  return short;
}

function need(into, module, ...names) {
  if (!into.imports.has(module)) into.imports.set(module, new Set());
  for (const name of names) into.imports.get(module).add(name);
}

function moduleText(module, { body, imports, names, values }) {
  const up = module.includes('/') ? '../' : './';
  const lines = [...imports]
    .filter(([from, needed]) => from !== module && needed.size > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, needed]) => {
      const clash = [...needed].find((name) => names.includes(name));
      if (clash) throw new Error(`${module} declares ${clash} and needs the one of ${from}`);
      const withValue = values && from === '@opwright/machinery/resource';
      const list = [...needed].sort().map((name) => (withValue ? `type ${name}` : name));
      if (withValue) list.unshift('builtinResource');
      return `import ${withValue ? '' : 'type '}{ ${list.join(', ')} } from '${from.startsWith('@') ? from : `${up}${from}.ts`}';\n`;
    });
  return `${banner}${lines.join('')}\n${body.join('\n')}`;
}

/** Everything from one place. Where two groups have a type of the same name, the first group in discovery's order has it. */
function indexText(resources, moduleOf, contents) {
  const order = ['meta', ...contents.keys()].sort((a, b) => rank(a) - rank(b));
  const taken = new Set();
  let text = banner;
  for (const module of new Set(order)) {
    const { names, body } = contents.get(module);
    const free = names.filter((name) => !taken.has(name));
    for (const name of free) taken.add(name);
    const isValue = (name) => body.some((part) => part.includes(`export const ${name}:`));
    const list = free.map((name) => (isValue(name) ? name : `type ${name}`));
    if (list.length > 0) text += `export {\n${list.map((line) => `  ${line},\n`).join('')}} from './${module}.ts';\n`;
  }
  return text;

  function rank(module) {
    if (module === 'meta') return -1;
    const index = resources.findIndex(({ groupVersion }) => {
      const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['core', groupVersion];
      return moduleOf(`x.${group.split('.')[0]}.${version}.X`) === module;
    });
    return index + (module.includes('/') ? 1000 : 0);
  }
}
