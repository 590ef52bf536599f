import {
  checkJson,
  DecodeError,
  decodeObject,
  encodeJson,
  finishApply,
  getOwn,
  invalidValue,
  isPlainObject,
  type JsonObject,
  jsonTypeName,
  mutableCopy,
  parseTime,
  plainJson,
  prepareApply,
} from '@opwright/machinery';
import type { MutableObject } from '../../kinds/kind.ts';
import type { StoredObject } from '../../store/object.ts';
import type { Call } from '../context.ts';
import type { Endpoint } from '../endpoint.ts';
import { badRequest, invalid, notFound, rawError, tooLarge } from '../errors.ts';
import { fieldManagerRequest, formManagerRequest, liveForm, recordOwners } from '../field-manager.ts';
import { metaText } from '../metadata.ts';
import type { PatchOptions } from '../options.ts';
import { BODY_LIMIT } from '../read-body.ts';
import { parseYamlOrJson, strictYamlError, YamlError } from '../read-yaml.ts';
import { objectKey } from './get.ts';
import { convertedWords, decodePatch, type Patched } from './patch.ts';

/** Server-side apply. `decode` fits what is applied to an endpoint of another form into that form. */
export function applyChange(
  call: Call,
  endpoint: Endpoint,
  options: PatchOptions,
  decode: (form: Patched) => MutableObject,
): (old: StoredObject | undefined) => MutableObject {
  const { kind, info } = call;
  const config = applyConfiguration(call, options);
  objectKey(call, info.name);
  return (old: StoredObject | undefined): MutableObject => {
    // An endpoint of another form applies to that form; who owns what is recorded on the object.
    if (endpoint.merge !== undefined) {
      if (old === undefined) throw notFound(kind, info.name);
      const prepared = prepareApply({
        ...formManagerRequest(call, options.fieldManager, endpoint),
        live: liveForm(endpoint, old),
        config,
        kind: endpoint.bodies.kind,
        force: options.force === true,
      });
      const applied = finishApply(prepared, prepared.object);
      const { object: merged } = prepared;
      const form = { value: merged, shown: () => encodeJson(merged), duplicates: [] };
      const next = endpoint.merge(decode(form), old);
      recordOwners(endpoint, old, applied, next);
      return next;
    }
    const prepared = prepareApply({
      ...fieldManagerRequest(call, options.fieldManager, endpoint.subresource),
      live: old,
      config,
      kind: kind.kind,
      force: options.force === true,
    });
    const wanted = getOwn((config.metadata ?? {}) as object, 'resourceVersion');
    const next = mutableCopy(finishApply(prepared, defaulted(call, prepared.object, old, config))) as MutableObject;
    if (typeof wanted === 'string' && wanted !== '' && old !== undefined)
      next.metadata = { ...(next.metadata as object), resourceVersion: wanted };
    return next;
  };
}

/** The merged object as if it had come in a body. */
function defaulted({ kind }: Call, merged: JsonObject, old: StoredObject | undefined, config: JsonObject): JsonObject {
  if (merged === old) return merged;
  const wrong = (why: string) => {
    if (kind.custom) return invalid(kind, metaText(merged, 'name'), [invalidValue('patch', encodeJson(merged), why)]);
    const type = `${kind.group}/${kind.version}, Kind=${kind.kind}`;
    const which = `${metaText(config, 'namespace')}/${metaText(config, 'name')}; ${type}`;
    return rawError(
      `failed to convert new object (${which}) to proper version: unable to convert unstructured object to ${type}: ${convertedWords(why)}`,
    );
  };
  const readable = kind.custom ? withoutMalformedTimes(merged) : merged;
  const object: MutableObject = decodePatch(() => decodeObject(kind.type, readable), wrong).object;
  // Nobody decodes the result of an apply again, so that nobody drops its nulls.
  kind.setDefaults(object, { keepNulls: true });
  return object as JsonObject;
}

/** Nobody reads the times that a custom resource is applied with: what is none counts for nothing. */
function withoutMalformedTimes(object: JsonObject): JsonObject {
  const { metadata } = object;
  if (!isPlainObject(metadata)) return object;
  const entries = Object.entries(metadata as JsonObject).filter(([key, value]) => !times.has(key) || isTime(value));
  return { ...object, metadata: Object.fromEntries(entries) };
}

const times = new Set(['creationTimestamp', 'deletionTimestamp']);

function isTime(value: unknown): boolean {
  return value === null || (typeof value === 'string' && parseTime(value) !== undefined);
}

/** The configuration in the body: YAML or JSON, or a value. How a number was written is not kept: 1.0 is 1. */
function applyConfiguration({ request, warnings }: Call, { fieldValidation }: PatchOptions): JsonObject {
  const body = request.body;
  const bytes = body !== undefined && 'bytes' in body ? body.bytes : new Uint8Array();
  if (bytes.length > BODY_LIMIT) throw tooLarge(BODY_LIMIT);
  let value: unknown;
  try {
    if (body !== undefined && 'json' in body) value = body.json;
    else {
      const parsed = parseYamlOrJson(Buffer.from(bytes).toString('utf8'));
      value = parsed.value;
      reportProblems(parsed.problems, fieldValidation, warnings);
    }
    checkJson(value);
  } catch (error) {
    if (error instanceof YamlError || error instanceof DecodeError)
      throw badRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`);
    throw error;
  }
  if (value === null) return {};
  if (!isPlainObject(value)) {
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonTypeName(value)} into Go value of type map[string]interface {}`,
    );
  }
  return plainJson(value) as JsonObject;
}

/** What strict reading finds is refused or warned about. */
function reportProblems(
  problems: readonly string[],
  validation: PatchOptions['fieldValidation'],
  warnings: string[],
): void {
  if (problems.length > 0 && validation === 'Strict') {
    const why = `error converting YAML to JSON: ${strictYamlError(problems)}`;
    throw badRequest(`error strict decoding YAML: ${why}`);
  }
  if (validation === 'Warn') warnings.push(...problems);
}
