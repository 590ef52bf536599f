import { typeOf } from '@opwright/kubernetes/data';
import { DecodeError, decodeObject, getOwn, isPlainObject, jsonTypeName, splitApiVersion } from '@opwright/machinery';
import type { MutableObject, ServedKind } from '../kinds/kind.ts';
import { badRequest, goQuote, invalid } from './errors.ts';
import type { ServerRequest } from './http-types.ts';
import { metadataOf } from './metadata.ts';
import type { FieldValidation } from './options.ts';
import { type ExpectedKind, type ProtobufDecoder, type RawBody, readBody, unrecognized } from './read-body.ts';
import { strictYamlError } from './read-yaml.ts';
import { isRetired } from './retired-versions.ts';

const SCHEME = 'k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30';

/**
 * The object in a request's body: parsed, fitted into its type, unknown and duplicate fields dealt with as
 * `fieldValidation` says, defaults filled in. A fresh tree that only the caller knows.
 *
 * @throws StatusError 400, 413, 415, 422
 */
export function decodeBody(
  request: ServerRequest,
  kind: ServedKind,
  validation: FieldValidation,
  warnings: string[],
  protobuf: ProtobufDecoder,
): MutableObject {
  const body = readBody(request, kind, protobuf);
  return decodeValue(body, kind, validation, warnings);
}

/** Fits a parsed body into a served kind. */
export function decodeValue(
  body: RawBody,
  kind: ServedKind,
  validation: FieldValidation,
  warnings: string[],
): MutableObject {
  const object = decodeAs(body, kind, validation, warnings);
  kind.setDefaults(object);
  return object;
}

/** Fits a parsed body into a type. Defaults are the caller's. */
export function decodeAs(
  body: RawBody,
  expected: ExpectedKind,
  validation: FieldValidation,
  warnings: string[],
): MutableObject {
  // To Go null is an object without anything in it.
  const value = body.value === null && !expected.custom ? {} : body.value;
  if (!isPlainObject(value)) throw unrecognized(expected, body, notAnObject(value));
  refuseOtherVersion(value, expected, body, validation, warnings);
  checkKind(value, expected, body);
  let decoded: ReturnType<typeof decodeObject>;
  try {
    decoded = decodeObject(expected.type, value);
  } catch (error) {
    if (error instanceof DecodeError) {
      throw cannotBeHandled(value, expected, expected.custom ? metadataWords(error.message) : error.message);
    }
    throw error;
  }
  const object: MutableObject = decoded.object;
  keepManagerReset(value, object);
  object.apiVersion = expected.apiVersion;
  object.kind = expected.kind;
  const unknown = expected.custom ? [...decoded.unknown].sort() : decoded.unknown;
  reportStrict(value, expected, body, unknown, validation, warnings);
  return object;
}

/** What strict decoding finds is refused or warned about. */
function reportStrict(
  value: { [key: string]: unknown },
  expected: ExpectedKind,
  { duplicates, problems = [] }: RawBody,
  unknown: readonly string[],
  validation: FieldValidation,
  warnings: string[],
): void {
  const strict = strictErrors(duplicates, unknown);
  if (validation === 'Strict' && strict.length + problems.length > 0) {
    const all = problems.length === 0 ? strict : [strictYamlError(problems), ...strict];
    throw cannotBeHandled(value, expected, `strict decoding error: ${all.join(', ')}`);
  }
  if (validation === 'Warn') warnings.push(...problems, ...strict);
}

/** A kind in another version that is served, too, is read as what it is before it is refused. */
function refuseOtherVersion(
  value: { [key: string]: unknown },
  expected: ExpectedKind,
  body: RawBody,
  validation: FieldValidation,
  warnings: string[],
): void {
  const { kind, apiVersion } = value;
  if (typeof apiVersion !== 'string' || apiVersion === expected.apiVersion || expected.custom) return;
  const type = typeOf(apiVersion, expected.kind);
  if (type === undefined || (kind !== undefined && kind !== null && kind !== '' && kind !== expected.kind)) return;
  try {
    const { unknown } = decodeObject(type, value);
    reportStrict(value, expected, body, unknown, validation, warnings);
  } catch (error) {
    throw error instanceof DecodeError ? cannotBeHandled(value, expected, error.message) : error;
  }
  throw otherVersion(apiVersion, expected);
}

/** The metadata of custom resources is decoded on its own, and so named. */
export function metadataWords(message: string): string {
  return message
    .replace(/struct field (\w+)\.metadata\./, 'struct field $1.')
    .replace(/of type ((?:\[\])?)([A-Z]\w*)$/, 'of type $1v1.$2');
}

/** An empty list of managers ends the tracking: it says something, though decoding drops empty lists. */
export function keepManagerReset(value: { [key: string]: unknown }, object: MutableObject): void {
  const metadata = getOwn(value, 'metadata');
  const managers = isPlainObject(metadata) ? getOwn(metadata, 'managedFields') : undefined;
  if (Array.isArray(managers) && managers.length === 0) metadataOf(object).managedFields = [];
}

/** What strict decoding reports: `unknown field "spec.a"`, `duplicate field "data.b"`. */
export function strictErrors(duplicates: readonly string[], unknown: readonly string[]): string[] {
  return [
    ...duplicates.map((path) => `duplicate field ${goQuote(path)}`),
    ...unknown.map((path) => `unknown field ${goQuote(path)}`),
  ];
}

/** Kind and version of the body must be those of the URL; built-in kinds may leave them out. */
function checkKind(value: { [key: string]: unknown }, expected: ExpectedKind, body: RawBody): void {
  for (const key of ['apiVersion', 'kind']) {
    const found = getOwn(value, key) ?? '';
    if (typeof found === 'string') continue;
    const why = `json: cannot unmarshal ${jsonTypeName(found)} into Go struct field .${key} of type string`;
    throw unrecognized(expected, body, `couldn't get version/kind; json parse error: ${why}`);
  }
  const kind = text(getOwn(value, 'kind'));
  const apiVersion = text(getOwn(value, 'apiVersion'));
  if (apiVersion !== expected.apiVersion && apiVersion.split('/').length > 2) {
    throw unrecognized(expected, body, `unexpected GroupVersion string: ${apiVersion}`);
  }
  if (expected.custom) {
    if (kind === '') throw unrecognized(expected, body, `Object 'Kind' is missing in '${body.text()}'`);
    if (apiVersion !== expected.apiVersion) {
      throw otherVersion(apiVersion, expected);
    }
    if (kind !== expected.kind) {
      const name = isPlainObject(value.metadata) ? text(value.metadata.name) : '';
      const error = {
        field: 'kind',
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${goQuote(kind)}: must be ${expected.kind}`,
      } as const;
      throw invalid({ group: expected.group, kind }, name, [error]);
    }
    return;
  }
  if (apiVersion !== '' && apiVersion !== expected.apiVersion) {
    if (typeOf(apiVersion, kind) !== undefined && kind !== expected.kind) {
      const [, version] = splitApiVersion(apiVersion);
      throw otherKind(value, expected, { apiVersion, version, kind });
    }
    if (isRetired(apiVersion, kind) && kind === expected.kind) {
      if (expected.acceptsRetired) return;
      throw otherVersion(apiVersion, expected);
    }
    throw cannotBeHandled(
      value,
      expected,
      `no kind ${goQuote(kind === '' ? expected.kind : kind)} is registered for version ${goQuote(apiVersion)} in scheme "${SCHEME}"`,
    );
  }
  if (kind !== '' && kind !== expected.kind) {
    if (!isRegistered(expected.apiVersion, kind)) {
      throw cannotBeHandled(
        value,
        expected,
        `no kind ${goQuote(kind)} is registered for version ${goQuote(expected.apiVersion)} in scheme "${SCHEME}"`,
      );
    }
    throw otherKind(value, expected, { ...expected, kind });
  }
}

function otherVersion(found: string, { apiVersion }: ExpectedKind) {
  return badRequest(`the API version in the data (${found}) does not match the expected API version (${apiVersion})`);
}

/** An object of another kind is read as what it is, before nobody can convert it. */
function otherKind(
  value: { [key: string]: unknown },
  expected: ExpectedKind,
  found: Pick<ExpectedKind, 'apiVersion' | 'version' | 'kind'>,
) {
  const type = typeOf(found.apiVersion, found.kind);
  try {
    if (type !== undefined) decodeObject(type, value);
  } catch (error) {
    if (error instanceof DecodeError) return cannotBeHandled(value, expected, error.message);
    throw error;
  }
  return cannotBeHandled(value, expected, unknownConversion({ ...expected, version: found.version }, found.kind));
}

/** What Go says of an object of one kind where another is wanted. */
export function unknownConversion(expected: Pick<ExpectedKind, 'group' | 'version' | 'kind'>, kind: string): string {
  return `converting (${expected.version}.${kind}) to (${internalPackage(expected)}.${expected.kind}): unknown conversion`;
}

/** Whether a version has a kind, or lists of it. */
export function isRegistered(apiVersion: string, kind: string): boolean {
  return typeOf(apiVersion, kind) !== undefined || typeOf(apiVersion, kind.replace(/List$/, '')) !== undefined;
}

function internalPackage({ group }: Pick<ExpectedKind, 'group'>): string {
  return group === '' ? 'core' : group.split('.', 1)[0]!;
}

function cannotBeHandled(value: { [key: string]: unknown }, expected: ExpectedKind, why: string) {
  const kind = text(getOwn(value, 'kind')) || expected.kind;
  const [, version] = splitApiVersion(text(getOwn(value, 'apiVersion')) || expected.apiVersion);
  return badRequest(`${kind} in version ${goQuote(version)} cannot be handled as a ${expected.kind}: ${why}`);
}

/** What Go says of a body that is no object. */
export function notAnObject(value: unknown): string {
  const type = Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;
  return `couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
