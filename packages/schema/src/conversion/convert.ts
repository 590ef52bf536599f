import {
  deepEqual,
  deepFreeze,
  isPlainObject,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  splitApiVersion,
} from '@opwright/machinery';
import type { AnyCustomResource } from '../resource/resource.ts';
import { type ErasedConversion, KEPT_HUB } from './conversion.ts';

/**
 * The object in another version of its resource: through the hub, with its metadata as it is (see {@link KEPT_HUB} for the
 * one exception). The given object is frozen; it is returned itself when it has that version already.
 *
 * @throws Error that names the object and the versions
 */
export function convertObject(resource: AnyCustomResource, object: JsonObject, apiVersion: string): JsonObject {
  if (object.apiVersion === apiVersion) return object;
  const from = versionOf(resource, String(object.apiVersion));
  const to = versionOf(resource, apiVersion);
  try {
    const source = deepFreeze(object) as JsonObject;
    const hub = from === resource.version ? source : toHub(resource, source, conversionOf(resource, from));
    return to === resource.version ? hub : fromHub(resource, hub, apiVersion, conversionOf(resource, to));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot convert ${nameOf(object)} from ${from} to ${to}: ${why}`, { cause: error });
  }
}

function toHub(resource: AnyCustomResource, object: JsonObject, conversion: ErasedConversion): JsonObject {
  const { annotations, ...metadata } = object.metadata as JsonObject;
  if (!isPlainObject(annotations) || typeof annotations[KEPT_HUB] !== 'string') {
    return inVersion(resource.apiVersion, object, conversion.toHub(asKubeObject(object), undefined));
  }
  const { [KEPT_HUB]: text, ...others } = annotations as JsonObject;
  const cleaned = {
    ...object,
    metadata: { ...metadata, ...(Object.keys(others).length > 0 && { annotations: others }) },
  };
  const kept = keptHub(String(text));
  return inVersion(
    resource.apiVersion,
    cleaned,
    conversion.toHub(
      asKubeObject(deepFreeze(cleaned)),
      kept && asKubeObject(deepFreeze(inVersion(resource.apiVersion, cleaned, kept))),
    ),
  );
}

/** Everybody can write annotations: one that is no hub is none. */
function keptHub(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function fromHub(
  resource: AnyCustomResource,
  hub: JsonObject,
  apiVersion: string,
  conversion: ErasedConversion,
): JsonObject {
  const converted = inVersion(apiVersion, hub, conversion.fromHub(asKubeObject(deepFreeze(hub))));
  if (conversion.keep !== true || deepEqual(toHub(resource, deepFreeze(converted), conversion), hub)) return converted;
  const { apiVersion: _, kind: __, metadata: ___, ...kept } = hub;
  const metadata = converted.metadata as JsonObject;
  return {
    ...converted,
    metadata: {
      ...metadata,
      annotations: { ...(metadata.annotations as JsonObject | undefined), [KEPT_HUB]: JSON.stringify(kept) },
    },
  };
}

/** apiVersion, kind and metadata are not the functions' business, whatever they return. */
function inVersion(apiVersion: string, { kind, metadata }: JsonObject, content: unknown): JsonObject {
  if (!isPlainObject(content)) throw new Error('the conversion function returned no object: return spec and status');
  return { ...withoutUndefined(content), apiVersion, kind: kind as JsonValue, metadata: metadata as JsonValue };
}

/** An answer is JSON, in which undefined is absent. */
function withoutUndefined(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

function versionOf({ group, kind, versions }: AnyCustomResource, apiVersion: string): string {
  const [itsGroup, version] = splitApiVersion(apiVersion);
  if (itsGroup === group && Object.hasOwn(versions, version)) return version;
  throw new Error(`${kind}.${group} has no version ${apiVersion}, it has ${Object.keys(versions).join(', ')}`);
}

function conversionOf({ kind, conversions }: AnyCustomResource, version: string): ErasedConversion {
  const conversion = conversions?.[version];
  if (!conversion) throw new Error(`${kind} has no conversion for ${version}: say it in .converts({ ${version}: … })`);
  return conversion;
}

function nameOf({ kind, metadata }: JsonObject): string {
  const { namespace, name } = (metadata ?? {}) as { readonly namespace?: string; readonly name?: string };
  return `${String(kind)} "${namespace === undefined ? '' : `${namespace}/`}${name ?? ''}"`;
}

function asKubeObject(object: JsonObject): KubeObject {
  return object as unknown as KubeObject;
}
