import { encodeJson } from '../json/encode.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { compareText } from '../text/compare-text.ts';
import { byteLength } from '../text/utf8.ts';
import type { ApplyRequest } from './apply.ts';
import { compare } from './compare.ts';
import { difference, type FieldSet } from './field-set.ts';
import { asMap, valueAt } from './shape.ts';
import { toFieldSet } from './to-field-set.ts';
import { validateTyped } from './validate.ts';

/** The annotation in which client-side `kubectl apply` keeps what it applied last. */
export const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/** Only this manager's applies look at the annotation, so that kubectl can move from client-side to server-side apply. */
const KUBECTL = 'kubectl';

/** All annotations of an object together, in bytes. */
const MAX_ANNOTATIONS = 256 * 1024;

/**
 * What kubectl may change without a conflict although others own it: what its own last client-side apply set and is
 * still as it was. undefined when the annotation does not apply.
 */
export function allowedByLastApplied(request: ApplyRequest): FieldSet | undefined {
  const { live, type, manager, apiVersion } = request;
  if (manager !== KUBECTL || live === undefined) return undefined;
  try {
    const lastApplied = asMap(JSON.parse(annotation(live) ?? '') as JsonValue);
    if (lastApplied?.apiVersion !== apiVersion) return undefined;
    validateTyped(type, lastApplied);
    validateTyped(type, live);
    const { modified, added, removed } = compare(type, lastApplied, live);
    return difference(difference(difference(toFieldSet(type, lastApplied), modified), added), removed);
  } catch {
    return undefined;
  }
}

/** Keeps the annotation of an object that has one in step with what kubectl applies. */
export function refreshLastApplied(request: ApplyRequest, object: JsonObject): JsonObject {
  const before = request.manager === KUBECTL ? annotation(object) : undefined;
  if (before === undefined) return object;
  const after = lastAppliedOf(request.config);
  if (after === before) return object;
  const metadata = asMap(object.metadata) ?? {};
  const { [LAST_APPLIED_ANNOTATION]: _, ...others } = asMap(metadata.annotations) ?? {};
  const annotations = { ...others, [LAST_APPLIED_ANNOTATION]: after };
  const fits = annotationBytes(annotations) <= MAX_ANNOTATIONS;
  return { ...object, metadata: { ...metadata, annotations: fits ? annotations : others } };
}

function annotation(object: JsonObject): string | undefined {
  const annotations = asMap(asMap(valueAt(object, 'metadata'))?.annotations);
  const value = annotations && valueAt(annotations, LAST_APPLIED_ANNOTATION);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The configuration without the annotation itself, as Go writes JSON: keys in order, one line, a final line break. */
function lastAppliedOf(config: JsonObject): string {
  const annotations = asMap(asMap(config.metadata)?.annotations);
  if (annotations === undefined || !Object.hasOwn(annotations, LAST_APPLIED_ANNOTATION)) return goJsonLine(config);
  const { [LAST_APPLIED_ANNOTATION]: _, ...others } = annotations;
  return goJsonLine({ ...config, metadata: { ...asMap(config.metadata), annotations: others } });
}

function goJsonLine(value: JsonObject): string {
  return `${encodeJson(sorted(value))}\n`;
}

function sorted(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((item: JsonValue) => sorted(item)!);
  const map = asMap(value);
  if (map === undefined) return value;
  const names = Object.keys(map).sort(compareText);
  return Object.fromEntries(names.map((name) => [name, sorted(map[name])]));
}

function annotationBytes(annotations: JsonObject): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) bytes += byteLength(key) + byteLength(String(value));
  return bytes;
}
