import {
  deepEqual,
  type FieldError,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  validateDns1035Label,
} from '@opwright/machinery';
import type { StructuralSchema } from '@opwright/schema';
import { at, field, items, text } from '../../tree.ts';
import { columnErrors, scaleErrors, selectableErrors } from './parts.ts';
import { rootSchemaErrors } from './root-schema.ts';
import { schemaErrors } from './schema.ts';

/** A part of a version, and where a definition had it before it could have several versions. */
interface Part {
  readonly key: string;
  readonly top: string;
  /** @param whole what `key` is a part of, with what the versions share in place of their own */
  errors(whole: JsonObject, path: string): FieldError[];
}

const PARTS: readonly Part[] = [
  {
    key: 'schema',
    top: 'validation',
    errors(whole, path) {
      const schema = at(whole, 'schema', 'openAPIV3Schema');
      if (schema === undefined) return [];
      const here = `${path}.openAPIV3Schema`;
      const hasStatus = field(at(whole, 'subresources'), 'status') !== undefined;
      return [...(hasStatus ? rootSchemaErrors(schema, here) : []), ...schemaErrors(schema as StructuralSchema, here)];
    },
  },
  {
    key: 'subresources',
    top: 'subresources',
    errors: (whole, path) => scaleErrors(at(whole, 'subresources', 'scale'), `${path}.scale`),
  },
  {
    key: 'additionalPrinterColumns',
    top: 'additionalPrinterColumns',
    errors: (whole, path) =>
      items(whole, 'additionalPrinterColumns').flatMap((column, index) => columnErrors(column, `${path}[${index}]`)),
  },
  {
    key: 'selectableFields',
    top: 'selectableFields',
    errors(whole, path) {
      const selectable = items(whole, 'selectableFields');
      const schema = at(whole, 'schema', 'openAPIV3Schema');
      if (selectable.length === 0) return [];
      if (schema === undefined) return [invalidValue(path, '', WITHOUT_SCHEMA)];
      return selectableErrors(selectable, schema, path);
    },
  },
];

const WITHOUT_SCHEMA = 'selectableFields may only be set when validations.schema is included';

export function missingSchemas(versions: readonly JsonObject[]): FieldError[] {
  return versions.flatMap((version, index) =>
    at(version, 'schema', 'openAPIV3Schema') === undefined
      ? [requiredValue(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required')]
      : [],
  );
}

/** What is wrong with the versions one by one, but for what they share, and with the list of them. */
export function versionsErrors(versions: readonly JsonObject[], isAbsent: boolean): FieldError[] {
  const own = PARTS.filter((part) => !isShared(versions, part));
  return [
    ...versions.flatMap((version, index) => {
      const path = `spec.versions[${index}]`;
      const name = text(version, 'name');
      const wrong = validateDns1035Label(name).join(',');
      return [
        ...(wrong === '' ? [] : [invalidValue(`${path}.name`, name, wrong)]),
        ...deprecationErrors(version, path),
        ...own.flatMap((part) => part.errors(version, `${path}.${part.key}`)),
      ];
    }),
    ...listErrors(versions, isAbsent),
  ];
}

/** What is wrong with the parts that all versions share: it is told once, at the top. */
export function sharedErrors(versions: readonly JsonObject[]): FieldError[] {
  const shared = PARTS.filter((part) => isShared(versions, part));
  const withStatus = versions.find((version) => field(at(version, 'subresources'), 'status') !== undefined);
  const whole: JsonObject = Object.fromEntries([
    // The status of any version is one.
    ...(withStatus === undefined ? [] : [['subresources', field(withStatus, 'subresources')]]),
    ...shared.flatMap(({ key }) => {
      const part = field(versions[0], key);
      return part === undefined ? [] : [[key, part]];
    }),
  ]);
  return shared.flatMap((part) => part.errors(whole, `spec.${part.top}`));
}

function isShared(versions: readonly JsonObject[], { key }: Part): boolean {
  return versions.every((version) => deepEqual(field(version, key), field(versions[0], key)));
}

function deprecationErrors(version: JsonObject, path: string): FieldError[] {
  const warning = field(version, 'deprecationWarning');
  if (warning === undefined) return [];
  const wrong: string[] = [];
  if (field(version, 'deprecated') !== true) wrong.push('can only be set for deprecated versions');
  else if (typeof warning === 'string') {
    if (Buffer.byteLength(warning) > 256) wrong.push('must be <= 256 characters long');
    if (warning === '') wrong.push('must not be an empty string');
    const at = warning.search(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u);
    if (at >= 0) {
      const index = Buffer.byteLength(warning.slice(0, at));
      wrong.push(`must only contain printable UTF-8 characters; non-printable character found at index ${index}`);
    }
  }
  return wrong.map((why) => invalidValue(`${path}.deprecationWarning`, warning, why));
}

function listErrors(versions: readonly JsonObject[], isAbsent: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const printed = isAbsent ? NIL_VERSIONS : printedVersions(versions);
  const names = versions.map((version) => text(version, 'name'));
  if (new Set(names).size < names.length) {
    errors.push(invalidValue('spec.versions', printed, 'must contain unique version names'));
  }
  if (versions.filter((version) => field(version, 'storage') === true).length !== 1) {
    errors.push(invalidValue('spec.versions', printed, 'must have exactly one version marked as storage version'));
  }
  // The field that a definition had before it could have several versions still takes the first one's name.
  const [first] = names;
  const wrong = first === undefined || first === '' ? '' : validateDns1035Label(first).join(',');
  if (wrong !== '') errors.push(invalidValue('spec.version', first, wrong));
  return errors;
}

const NIL_VERSIONS = new RawGoText('[]apiextensions.CustomResourceDefinitionVersion(nil)');

/** Go prints the whole struct; the names are what tells. */
function printedVersions(versions: readonly JsonObject[]): RawGoText {
  const names = versions.map(
    (version) => `apiextensions.CustomResourceDefinitionVersion{Name:${JSON.stringify(text(version, 'name'))}}`,
  );
  return new RawGoText(`[]apiextensions.CustomResourceDefinitionVersion{${names.join(', ')}}`);
}
