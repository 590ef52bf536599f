import {
  deepEqual,
  type FieldError,
  getOwn,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  validateDns1035Label,
  validateDns1123Subdomain,
} from '@opwright/machinery';
import {
  type CustomResourceVersion,
  checkDefaultsByRules,
  checkRules,
  checkStructural,
  type StructuralSchema,
} from '@opwright/schema';
import { at, field, items, text, texts } from '../tree.ts';
import { oneOf } from './checks.ts';
import { immutable } from './immutable.ts';

/** What is wrong with a CustomResourceDefinition, but for what only a CEL compiler can tell. */
export function validateDefinition(definition: JsonObject, old?: JsonObject): FieldError[] {
  const spec = at(definition, 'spec');
  const [group, plural] = [text(spec, 'group'), text(at(spec, 'names'), 'plural')];
  const name = text(at(definition, 'metadata'), 'name');
  const errors: FieldError[] = [];
  if (old === undefined && name !== `${plural}.${group}`) {
    errors.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  }
  errors.push(...approvalErrors(definition, group), ...groupErrors(group));
  if (text(spec, 'scope') === '') errors.push(requiredValue('spec.scope'));
  errors.push(...oneOf(spec, 'scope', 'spec', ['Cluster', 'Namespaced']));
  errors.push(...namesErrors(at(spec, 'names')));
  if (field(spec, 'preserveUnknownFields') === true) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(invalidValue('spec.preserveUnknownFields', true, detail));
  }
  errors.push(
    ...versionsErrors(items(spec, 'versions'), field(spec, 'versions') === undefined),
    ...conversionErrors(at(spec, 'conversion')),
  );
  errors.push(...schemaErrors((getOwn(spec ?? {}, 'versions') ?? []) as readonly CustomResourceVersion[]));
  return [...errors, ...storedVersionErrors(definition)];
}

const approval = 'api-approved.kubernetes.io';

function approvalErrors(definition: JsonObject, group: string): FieldError[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return [];
  if (text(at(definition, 'metadata', 'annotations'), approval) !== '') return [];
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  const detail = `protected groups must have approval annotation "${approval}", ${see}`;
  return [requiredValue(`metadata.annotations[${approval}]`, detail)];
}

function groupErrors(group: string): FieldError[] {
  if (group === '') return [requiredValue('spec.group')];
  const errors = validateDns1123Subdomain(group);
  if (errors.length > 0) return errors.map((why) => invalidValue('spec.group', group, why));
  return group.includes('.') ? [] : [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
}

function namesErrors(names: JsonObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of ['plural', 'singular', 'kind', 'listKind']) {
    const name = text(names, key);
    if (name === '') errors.push(requiredValue(`spec.names.${key}`));
    else {
      const label = key === 'kind' || key === 'listKind' ? name.toLowerCase() : name;
      for (const why of validateDns1035Label(label)) errors.push(invalidValue(`spec.names.${key}`, name, why));
    }
  }
  for (const key of ['shortNames', 'categories']) {
    for (const [index, name] of texts(names, key).entries()) {
      for (const why of validateDns1035Label(name)) errors.push(invalidValue(`spec.names.${key}[${index}]`, name, why));
    }
  }
  if (text(names, 'kind') !== '' && text(names, 'kind') === text(names, 'listKind')) {
    errors.push(invalidValue('spec.names.listKind', text(names, 'listKind'), 'kind and listKind may not be the same'));
  }
  return errors;
}

const NIL_VERSIONS = new RawGoText('[]apiextensions.CustomResourceDefinitionVersion(nil)');

function versionsErrors(versions: readonly JsonObject[], isAbsent: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  // The field that a definition had before it could have several versions still takes the first one's name.
  const [first] = versions;
  for (const why of first === undefined ? [] : validateDns1035Label(text(first, 'name'))) {
    errors.push(invalidValue('spec.version', text(first, 'name'), why));
  }
  for (const [index, version] of versions.entries()) {
    const name = text(version, 'name');
    for (const why of validateDns1035Label(name)) errors.push(invalidValue(`spec.versions[${index}].name`, name, why));
    if (seen.has(name)) {
      const detail = 'must contain unique version names';
      errors.push(invalidValue('spec.versions', printedVersions(versions), detail));
    }
    seen.add(name);
    const warning = field(version, 'deprecationWarning');
    if (warning !== undefined && field(version, 'deprecated') !== true) {
      const path = `spec.versions[${index}].deprecationWarning`;
      errors.push(invalidValue(path, warning, 'can only be set for deprecated versions'));
    }
  }
  if (versions.filter((version) => field(version, 'storage') === true).length !== 1) {
    const detail = 'must have exactly one version marked as storage version';
    errors.push(invalidValue('spec.versions', isAbsent ? NIL_VERSIONS : printedVersions(versions), detail));
  }
  for (const [path, subresources] of folded(versions, 'subresources', 'subresources')) {
    errors.push(...scaleErrors(at(subresources, 'scale'), `${path}.scale`));
  }
  errors.push(...selectableErrors(versions));
  for (const [path, { columns }] of foldedColumns(versions)) {
    for (const [index, column] of items({ columns }, 'columns').entries()) {
      errors.push(...columnErrors(column, `${path}[${index}]`));
    }
  }
  return errors;
}

function conversionErrors(conversion: JsonObject | undefined): FieldError[] {
  if (conversion === undefined) return [];
  const errors = [...oneOf(conversion, 'strategy', 'spec.conversion', ['None', 'Webhook'])];
  if (text(conversion, 'strategy') !== 'Webhook') return errors;
  const webhook = at(conversion, 'webhook');
  if (at(webhook, 'clientConfig') === undefined) {
    errors.push(requiredValue('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook'));
  }
  if (texts(webhook, 'conversionReviewVersions').length === 0) {
    errors.push(requiredValue('spec.conversion.conversionReviewVersions'));
  }
  return errors;
}

/** Go prints the whole struct; the names are what tells. */
function printedVersions(versions: readonly JsonObject[]): RawGoText {
  const names = versions.map(
    (version) => `apiextensions.CustomResourceDefinitionVersion{Name:${JSON.stringify(text(version, 'name'))}}`,
  );
  return new RawGoText(`[]apiextensions.CustomResourceDefinitionVersion{${names.join(', ')}}`);
}

/** Fields to select by have to be in the schema. */
function selectableErrors(versions: readonly JsonObject[]): FieldError[] {
  return versions.flatMap((version, index) =>
    items(version, 'selectableFields').flatMap((selectable, place) => {
      const jsonPath = text(selectable, 'jsonPath');
      let schema = at(version, 'schema', 'openAPIV3Schema');
      for (const key of jsonPath.split('.').slice(1)) schema = at(schema, 'properties', key);
      if (schema !== undefined) return [];
      const path = `${versions.length === 1 ? 'spec' : `spec.versions[${index}]`}.selectableFields[${place}].jsonPath`;
      return [invalidValue(path, jsonPath, 'is an invalid path: does not refer to a valid field')];
    }),
  );
}

/** A part that all versions share is reported where older definitions had it: once, at the top. */
function folded(
  versions: readonly JsonObject[],
  key: string,
  top: string,
): readonly (readonly [path: string, part: JsonObject])[] {
  const parts = versions.map((version) => at(version, key));
  const [first] = parts;
  if (parts.every((part) => deepEqual(part, first))) return first === undefined ? [] : [[`spec.${top}`, first]];
  return parts.flatMap((part, index) =>
    part === undefined ? [] : [[`spec.versions[${index}].${key}`, part] as const],
  );
}

function foldedColumns(versions: readonly JsonObject[]): ReturnType<typeof folded> {
  const key = 'additionalPrinterColumns';
  const wrapped = versions.map((version) => ({ [key]: { columns: field(version, key) ?? [] } }));
  return folded(wrapped, key, key);
}

const paths = [
  ['specReplicasPath', '.spec'],
  ['statusReplicasPath', '.status'],
] as const;

function scaleErrors(scale: JsonObject | undefined, path: string): FieldError[] {
  if (scale === undefined) return [];
  const errors: FieldError[] = [];
  for (const [key, root] of paths) {
    const value = text(scale, key);
    if (value === '') errors.push(requiredValue(`${path}.${key}`));
    else errors.push(...jsonPathErrors(value, `${path}.${key}`, [root]));
  }
  const selector = text(scale, 'labelSelectorPath');
  if (selector !== '') errors.push(...jsonPathErrors(selector, `${path}.labelSelectorPath`, ['.spec', '.status']));
  return errors;
}

function jsonPathErrors(value: string, path: string, roots: readonly string[]): FieldError[] {
  if (!/^(\.[A-Za-z_][\w-]*|\['[^']+'\])+$/.test(value) || !value.startsWith('.')) {
    return [invalidValue(path, value, 'must be a simple json path starting with .')];
  }
  if (roots.some((root) => value.startsWith(`${root}.`))) return [];
  return [
    invalidValue(
      path,
      value,
      `should be a json path under ${roots.length === 1 ? roots[0] : 'either .spec or .status'}`,
    ),
  ];
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function columnErrors(column: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (text(column, 'name') === '') errors.push(requiredValue(`${path}.name`));
  if (text(column, 'type') === '')
    errors.push(requiredValue(`${path}.type`, `must be one of ${columnTypes.join(',')}`));
  else if (!columnTypes.includes(text(column, 'type'))) {
    errors.push(invalidValue(`${path}.type`, text(column, 'type'), `must be one of ${columnTypes.join(',')}`));
  }
  const format = text(column, 'format');
  if (format !== '' && !columnFormats.includes(format)) {
    errors.push(invalidValue(`${path}.format`, format, `must be one of ${columnFormats.join(',')}`));
  }
  const jsonPath = text(column, 'jsonPath');
  if (jsonPath === '') errors.push(requiredValue(`${path}.JSONPath`));
  else if (!jsonPath.startsWith('.')) {
    errors.push(invalidValue(`${path}.JSONPath`, jsonPath, 'must be a simple json path starting with .'));
  }
  return errors;
}

function schemaErrors(versions: readonly CustomResourceVersion[]): FieldError[] {
  const schemas = versions.map((version) => version.schema?.openAPIV3Schema);
  const missing = schemas.flatMap((schema, index) =>
    schema === undefined
      ? [requiredValue(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required')]
      : [],
  );
  if (missing.length > 0) return missing;
  const [first] = schemas;
  if (first !== undefined && schemas.every((schema) => deepEqual(schema, first))) {
    return errorsOf(first, 'spec.validation.openAPIV3Schema');
  }
  return schemas.flatMap((schema, index) =>
    schema === undefined ? [] : errorsOf(schema, `spec.versions[${index}].schema.openAPIV3Schema`),
  );
}

function errorsOf(schema: StructuralSchema, path: string): FieldError[] {
  const errors = checkStructural(schema, path);
  // The rules themselves are judged once the defaults are known to be good.
  const defaults = errors.length > 0 ? [] : checkDefaultsByRules(schema, path);
  return defaults.length > 0 ? defaults : [...errors, ...checkRules(schema, path, errors)];
}

/** A version in which objects may still be stored must stay known. */
function storedVersionErrors(definition: JsonObject): FieldError[] {
  const stored = texts(at(definition, 'status'), 'storedVersions');
  const path = 'status.storedVersions';
  if (stored.length === 0) {
    return [invalidValue(path, new RawGoText('[]string(nil)'), 'must have at least one stored version')];
  }
  const errors: FieldError[] = [];
  const unknown = new Set(stored);
  for (const version of items(at(definition, 'spec'), 'versions')) {
    const name = text(version, 'name');
    if (field(version, 'storage') === true && !unknown.has(name)) {
      const printed = new RawGoText(`[]string{${stored.map((item) => JSON.stringify(item)).join(', ')}}`);
      errors.push(invalidValue(path, printed, `must have the storage version ${name}`));
    }
    unknown.delete(name);
  }
  for (const [index, name] of stored.entries()) {
    if (unknown.has(name)) errors.push(invalidValue(`${path}[${index}]`, name, 'must appear in spec.versions'));
  }
  return errors;
}

/** What stored objects rely on stays. */
export function validateDefinitionUpdate(definition: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(definition, 'spec'), at(old, 'spec')];
  const established = items(at(old, 'status'), 'conditions').some(
    (condition) => text(condition, 'type') === 'Established' && text(condition, 'status') === 'True',
  );
  return [
    ...(established ? immutable(spec, before, 'scope', 'spec.') : []),
    ...(established ? immutable(at(spec, 'names'), at(before, 'names'), 'kind', 'spec.names.') : []),
    ...immutable(spec, before, 'group', 'spec.'),
    ...immutable(at(spec, 'names'), at(before, 'names'), 'plural', 'spec.names.'),
  ];
}
