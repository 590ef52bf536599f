import {
  createJsonPatch,
  type FieldError,
  type JsonObject,
  type JsonValue,
  mutableCopy,
  type Random,
  seededRandom,
} from '@opwright/machinery';
import { simpler } from '../arbitrary/shrink.ts';
import { arbitraryValue } from '../arbitrary/value.ts';
import { validateRules } from '../cel/index.ts';
import type { AnyCustomResource, ResourceVersion } from '../resource/resource.ts';
import { applyDefaults } from '../structural/default.ts';
import { pruneAndFindUnknown } from '../structural/prune.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import { validateObject } from '../structural/validate-object.ts';
import { convertObject } from './convert.ts';

export interface CheckConversionOptions {
  /** Objects for each version; default 100. */
  readonly runs?: number;
  /** Other objects for another seed, the same for the same; default 1. */
  readonly seed?: number | string;
  /**
   * Objects to begin with, in any version: for schemas whose valid objects are too rare to be found by chance, such as a
   * rule over several fields.
   */
  readonly examples?: readonly object[];
}

/**
 * Checks the conversions of a resource, for a test: objects made by chance from the schema of each version are converted to
 * the hub and back, and objects of the hub to each version and back. They must come back as they were, and what they become
 * must be valid there. Of an object for which this fails the simplest one is reported.
 *
 * @throws Error that names the versions, the fields, the object and the seed
 */
export function checkConversion(resource: AnyCustomResource, options: CheckConversionOptions = {}): void {
  const { runs = 100, seed = 1, examples = [] } = options;
  const { kind, group, conversions } = resource;
  if (!conversions) throw new Error(`${kind}.${group} has no conversions: say them in .converts({ … })`);
  const hub = versionNamed(resource, resource.version);
  for (const name of Object.keys(conversions)) {
    const version = versionNamed(resource, name);
    for (const [from, via] of [[version, hub] as const, [hub, version] as const]) {
      const random = seededRandom(`${seed} ${from.version} ${via.version}`);
      const given = examples.filter((example) => (example as JsonObject).apiVersion === from.apiVersion);
      for (const example of given) check(resource, mutableCopy(example) as JsonObject, from, via, seed);
      for (let run = 0; run < runs; run += 1) {
        const made = validObject(from, random);
        if (!made && given.length === 0) throw new Error(notFound(from, random));
        // Examples take the place of what chance does not find.
        if (!made) break;
        check(resource, made, from, via, seed);
      }
    }
  }
}

function versionNamed({ versions }: AnyCustomResource, name: string): ResourceVersion {
  return (versions as Readonly<Record<string, ResourceVersion>>)[name] as ResourceVersion;
}

function check(
  resource: AnyCustomResource,
  object: JsonObject,
  from: ResourceVersion,
  via: ResourceVersion,
  seed: number | string,
): void {
  let problem = problemOf(resource, object, from, via);
  if (problem === undefined) return;
  let simplest = object;
  let left = 500;
  search: for (;;) {
    for (const candidate of simplerObjects(simplest)) {
      if (--left < 0) break search;
      if (errorsOf(from, candidate).length > 0 || !isStored(from.schema, candidate)) continue;
      const other = problemOf(resource, candidate, from, via);
      if (other === undefined) continue;
      [simplest, problem] = [candidate, other];
      continue search;
    }
    break;
  }
  const { metadata: _, ...shown } = simplest;
  throw new Error(
    `${resource.kind}.${resource.group}: ${problem}\n  object: ${JSON.stringify(shown)}\n  seed: ${seed}`,
  );
}

/** What is wrong with the way of an object to another version and back. */
function problemOf(
  resource: AnyCustomResource,
  object: JsonObject,
  from: ResourceVersion,
  via: ResourceVersion,
): string | undefined {
  let converted: JsonObject;
  let back: JsonObject;
  try {
    converted = convertObject(resource, mutableCopy(object) as JsonObject, via.apiVersion);
    const { unknown } = pruneAndFindUnknown(via.schema, converted, { root: true });
    if (unknown.length > 0) {
      return `${from.version} → ${via.version} makes fields that ${via.version} does not have: ${unknown.join(', ')}`;
    }
    const errors = errorsOf(via, converted);
    if (errors.length > 0) return `${from.version} → ${via.version} makes an invalid object: ${described(errors)}`;
    back = convertObject(resource, mutableCopy(converted) as JsonObject, from.apiVersion);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const changes = createJsonPatch(object, back).map(
    ({ op, path, ...rest }) => `${op} ${path}${'value' in rest ? ` ${JSON.stringify(rest.value)}` : ''}`,
  );
  if (changes.length === 0) return undefined;
  return `${from.version} → ${via.version} → ${from.version} changes the object: ${changes.join(', ')}`;
}

/** An object as it is stored. */
function validObject(version: ResourceVersion, random: Random): JsonObject | undefined {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const object = arbitraryObject(version, random);
    if (errorsOf(version, object).length === 0) return object;
  }
  return undefined;
}

function notFound(version: ResourceVersion, random: Random): string {
  const errors = errorsOf(version, arbitraryObject(version, random));
  return `found no valid ${version.kind} ${version.version} by chance (${described(errors)}): give some in examples`;
}

function arbitraryObject({ apiVersion, kind, scope, schema }: ResourceVersion, random: Random): JsonObject {
  const { apiVersion: _, kind: __, metadata: ___, ...properties } = schema.properties ?? {};
  const content = arbitraryValue({ ...schema, properties }, random) as JsonObject;
  const metadata = {
    name: 'example',
    ...(scope === 'Namespaced' && { namespace: 'default' }),
    uid: random.uuid(),
    labels: { app: 'example' },
    annotations: { note: 'example' },
  };
  return applyDefaults(schema, { ...content, apiVersion, kind, metadata });
}

function errorsOf({ schema }: ResourceVersion, object: JsonObject): FieldError[] {
  const errors = validateObject(schema, object);
  return errors.length > 0 ? errors : validateRules(schema, object);
}

/** Whether the API server would store the object like this: with all defaults. */
function isStored(schema: StructuralSchema, object: JsonObject): boolean {
  return applyDefaults(schema, object) === object;
}

function* simplerObjects({ apiVersion, kind, metadata, ...content }: JsonObject): Generator<JsonObject> {
  for (const less of simpler(content as JsonValue)) yield { ...(less as JsonObject), apiVersion, kind, metadata };
}

function described(errors: readonly FieldError[]): string {
  return errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
}
