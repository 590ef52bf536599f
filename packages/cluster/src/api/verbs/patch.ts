import { typeOf } from '@opwright/kubernetes/data';
import {
  tooLarge as answerTooLarge,
  appliedPatch,
  applyJsonPatch,
  applyMergePatch,
  checkJson,
  DecodeError,
  decodeObject,
  encodeJson,
  getOwn,
  goQuote,
  goText,
  invalidValue,
  isPlainObject,
  type JsonObject,
  JsonPatchError,
  JsonSyntaxError,
  jsonTypeName,
  parseJson,
  StatusError,
  StrategicMergeError,
  splitApiVersion,
  strategicMergePatch,
} from '@opwright/machinery';
import type { MutableObject } from '../../kinds/kind.ts';
import type { StoredObject } from '../../store/object.ts';
import type { Call, Result } from '../context.ts';
import { isRegistered, keepManagerReset, metadataWords, strictErrors, unknownConversion } from '../decode.ts';
import type { Endpoint } from '../endpoint.ts';
import { badRequest, internalError, invalid, notFound, tooLarge, unprocessable } from '../errors.ts';
import { trackThrough } from '../field-manager.ts';
import { type PatchOptions, patchOptions } from '../options.ts';
import { APPLY, JSON_PATCH, MERGE, patchType, STRATEGIC } from '../patch-type.ts';
import { BODY_LIMIT, type ExpectedKind } from '../read-body.ts';
import { updateObject } from '../update-object.ts';
import { applyChange } from './apply.ts';
import { optionsObject } from './create.ts';
import { createsThrough, writeResult } from './update.ts';

/** How a patch changes an object in the form of the endpoint. The result may share with the object. */
type Patcher = (object: JsonObject) => Patched;

/** An object that a patch has made, before it is known to fit its type. */
export interface Patched {
  readonly value: unknown;
  /** What messages show of it. */
  readonly shown: () => string;
  /** Keys that the patch has twice. */
  readonly duplicates: readonly string[];
}

/** PATCH on an object or a subresource. */
export async function patch(call: Call, endpoint: Endpoint): Promise<Result> {
  const type = patchType(call.request, call.kind);
  const options = patchOptions(call.info.query, type === APPLY);
  const change =
    type === APPLY
      ? applyChange(call, endpoint, options, (form) => decodePatched(call, endpoint, options, form))
      : patchChange(call, endpoint, options, type);
  const written = await updateObject(call, {
    endpoint,
    dryRun: options.dryRun,
    admissionOptions: optionsObject('PatchOptions', options),
    createsMissing: type === APPLY && (endpoint.subresource === '' || createsThrough(call.kind, endpoint)),
    next: change,
  });
  return writeResult(call, endpoint, written);
}

function patchChange(call: Call, endpoint: Endpoint, options: PatchOptions, type: string) {
  // A patch of what is not there is not looked at.
  let apply: Patcher | undefined;
  return (old: StoredObject | undefined): MutableObject => {
    if (old === undefined) throw notFound(call.kind, call.info.name);
    apply ??= patcher(call, endpoint, type);
    const before = (endpoint.view?.(old) ?? old) as JsonObject;
    const patched = decodePatched(call, endpoint, options, apply(before), type);
    const next = endpoint.merge === undefined ? patched : endpoint.merge(patched, old);
    trackThrough(call, options.fieldManager, endpoint, old, patched, next);
    return next;
  };
}

/** Fits a patched object into its type again. What does not fit is the patch's fault: 422, with the whole object. */
function decodePatched(
  call: Call,
  endpoint: Endpoint,
  { fieldValidation }: PatchOptions,
  { value, shown, duplicates }: Patched,
  type?: string,
): MutableObject {
  const { bodies } = endpoint;
  const wrong = (why: string) => invalid({ group: '', kind: '' }, '', [invalidValue('patch', shown(), why)]);
  if (!isPlainObject(value)) throw wrong(`json: cannot unmarshal into Go value of type ${bodies.kind}`);
  // A strategic merge patch is made within the type, whatever it says it is.
  if (type !== STRATEGIC && !bodies.custom) checkKind(bodies, value as JsonObject, wrong);
  const isOfNoVersion = type !== STRATEGIC && !bodies.custom && text(value, 'apiVersion') === '';
  const words = bodies.custom ? metadataWords : type === STRATEGIC ? convertedWords : String;
  const object = decodePatch(
    () => decodeObject(bodies.type, isOfNoVersion ? {} : value),
    (why) => wrong(words(why)),
  );
  // Without a version an object counts as one of Kubernetes' own, whose fields have other names.
  const unread = isOfNoVersion ? Object.keys(value).filter((key) => key !== 'kind' && key !== 'apiVersion') : undefined;
  const unknown = unread ?? (call.kind.custom ? [...object.unknown].sort() : object.unknown);
  const strict = strictErrors(duplicates, unknown);
  if (fieldValidation === 'Strict' && strict.length > 0) throw wrong(`strict decoding error: ${strict.join(', ')}`);
  if (fieldValidation === 'Warn') {
    for (const text of strict) if (!call.warnings.includes(text)) call.warnings.push(text);
  }
  const patched: MutableObject = unread === undefined ? object.object : {};
  if (unread === undefined) keepManagerReset(value, patched);
  if (bodies.custom) checkCustomKind(call, bodies, patched as JsonObject, wrong);
  else Object.assign(patched, { kind: bodies.kind, apiVersion: bodies.apiVersion });
  if (bodies === call.kind) call.kind.setDefaults(patched);
  const errors = endpoint.validateBody?.(patched) ?? [];
  if (errors.length > 0) throw invalid(call.kind.custom ? call.kind : bodies, call.info.name, errors);
  return patched;
}

/** What a strategic merge patch has made is not decoded from JSON, but for some values, on their own. */
export function convertedWords(message: string): string {
  if (message.startsWith('illegal base64 data')) return `error decoding from json: ${message}`;
  return message
    .replace(
      /^json: cannot unmarshal number \S+[.]\S+ into Go struct field \S+ of type (int\d+)$/,
      'cannot convert float64 to $1',
    )
    .replace(/Go struct field \S+ of type int32$/, 'Go value of type int32');
}

/** A patch of a built-in kind leaves kind and version as they are. They are looked at before anything else. */
function checkKind(bodies: ExpectedKind, value: JsonObject, wrong: (why: string) => Error): void {
  for (const key of ['kind', 'apiVersion']) {
    const found = getOwn(value, key) ?? '';
    if (typeof found !== 'string') throw wrong(noKindWords(key, found));
  }
  const kind = text(value, 'kind') || bodies.kind;
  const apiVersion = text(value, 'apiVersion') || bodies.apiVersion;
  if (kind === bodies.kind && apiVersion === bodies.apiVersion) return;
  if (apiVersion.split('/').length > 2) throw wrong(`unexpected GroupVersion string: ${apiVersion}`);
  if (!isRegistered(apiVersion, kind)) {
    throw wrong(
      `no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"`,
    );
  }
  const type = typeOf(apiVersion, kind);
  if (type !== undefined) decodePatch(() => decodeObject(type, value), wrong);
  const [, version] = splitApiVersion(apiVersion);
  throw wrong(unknownConversion({ ...bodies, version }, kind));
}

/** A patch of a custom resource leaves kind and version as they are. */
function checkCustomKind(
  { info }: Call,
  bodies: ExpectedKind,
  patched: JsonObject,
  wrong: (why: string) => Error,
): void {
  const { kind, apiVersion } = patched;
  if (kind === bodies.kind && apiVersion === bodies.apiVersion) return;
  for (const [key, value] of Object.entries({ kind, apiVersion })) {
    if (value !== undefined && value !== null && typeof value !== 'string') throw wrong(noKindWords(key, value));
  }
  const [kindText, versionText] = [text(patched, 'kind'), text(patched, 'apiVersion')];
  if (kindText === '') throw wrong(`Object 'Kind' is missing in '${encodeJson(patched)}'`);
  if (versionText === '') throw internalError("Object 'apiVersion' is missing in 'object has no apiVersion field'");
  const [group] = splitApiVersion(versionText);
  const field = kindText === bodies.kind ? 'apiVersion' : 'kind';
  const [found, must] = field === 'kind' ? [kindText, bodies.kind] : [versionText, bodies.apiVersion];
  throw invalid({ group, kind: kindText }, info.name, [invalidValue(field, found, `must be ${must}`)]);
}

function noKindWords(key: string, value: unknown): string {
  const why = `json: cannot unmarshal ${jsonTypeName(value)} into Go struct field .${key} of type string`;
  return `couldn't get version/kind; json parse error: ${why}`;
}

function text(value: object, key: string): string {
  const found = getOwn(value, key);
  return typeof found === 'string' ? found : '';
}

/** @throws what `wrong` makes of what does not fit */
export function decodePatch<T>(decode: () => T, wrong: (why: string) => Error): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) throw wrong(error.message);
    throw error;
  }
}

function patcher(call: Call, endpoint: Endpoint, type: string): Patcher {
  const { value: body, duplicates } = patchBody(call, type);
  if (type === JSON_PATCH) {
    const operations = jsonPatchOperations(body);
    return (object) => {
      try {
        const value = applyJsonPatch(object, operations);
        return { value, shown: () => encodeJson(value), duplicates: [] };
      } catch (error) {
        if (error instanceof JsonPatchError)
          throw error.failure === 'too-many' ? new StatusError(answerTooLarge(error.message)) : unprocessable();
        throw error;
      }
    };
  }
  if (body === null && type === MERGE) throw badRequest('Invalid JSON Patch');
  if (body !== null && !isPlainObject(body)) throw badPatch(body, 'map[string]interface {}', decoding(type));
  const patchObject = (body ?? {}) as JsonObject;
  if (type === MERGE) {
    return (object) => {
      const value = applyMergePatch(object, patchObject);
      return { value, shown: () => encodeJson(value), duplicates };
    };
  }
  return (object) => {
    try {
      const merged = strategicMergePatch(endpoint.bodies.type, object, patchObject);
      // What kind it is, a strategic merge patch does not decide.
      const value = { ...merged, kind: object.kind, apiVersion: object.apiVersion };
      return { value, shown: () => goText(appliedPatch(endpoint.bodies.type, object, patchObject)), duplicates };
    } catch (error) {
      if (error instanceof StrategicMergeError) {
        const shown = error.code === 422 ? appliedPatch(endpoint.bodies.type, object, patchObject) : patchObject;
        throw error.toStatusError(shown);
      }
      throw error;
    }
  };
}

/** The patch as a JSON value. @throws StatusError 400, 413 */
function patchBody({ request }: Call, type: string): { value: unknown; duplicates: readonly string[] } {
  const body = request.body;
  const bytes = body !== undefined && 'bytes' in body ? body.bytes : new Uint8Array();
  if (bytes.length > BODY_LIMIT) throw tooLarge(BODY_LIMIT);
  try {
    const isValue = body !== undefined && 'json' in body;
    const read = isValue ? { value: body.json, duplicates: [] } : parseJson(Buffer.from(bytes).toString('utf8'));
    if (type !== JSON_PATCH) checkJson(read.value);
    return read;
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof DecodeError)
      throw badRequest(`${decoding(type)}${error.message}`);
    throw error;
  }
}

/** What comes before the reason why a patch cannot be read; strategic merge patches have it without. */
function decoding(type: string): string {
  return type === STRATEGIC ? '' : 'error decoding patch: ';
}

/** The operations of a JSON patch, each an object whose `op`, `path` and `from` are strings where they are. */
function jsonPatchOperations(body: unknown): readonly object[] {
  if (body === null) return [];
  if (!Array.isArray(body)) throw badPatch(body, '[]handlers.jsonPatchOp');
  for (const operation of body) {
    if (!isPlainObject(operation)) throw badPatch(operation, 'handlers.jsonPatchOp');
    for (const key of ['op', 'path', 'from']) {
      const value = getOwn(operation, key);
      if (value === undefined || value === null || typeof value === 'string') continue;
      const found = `cannot unmarshal ${jsonTypeName(value)} into Go struct field jsonPatchOp.${key} of type string`;
      throw badRequest(`error decoding patch: json: ${found}`);
    }
  }
  return body as object[];
}

function badPatch(body: unknown, wanted: string, prefix = 'error decoding patch: ') {
  return badRequest(`${prefix}json: cannot unmarshal ${jsonTypeName(body)} into Go value of type ${wanted}`);
}
