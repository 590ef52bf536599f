import { typeOf } from '@opwright/kubernetes/data';
import {
  applyJsonPatch,
  type JsonObject,
  JsonPatchError,
  type JsonValue,
  mergeTyped,
  type TypeNode,
  unknownFields,
  validateTyped,
} from '@opwright/machinery';
import { appliedObject, type PatchOperation, patchOperations } from '@opwright/schema';
import { internalError } from '../../errors.ts';
import type { ExpectedKind } from '../../read-body.ts';
import type { Mutation } from './policy.ts';

/**
 * What the outcome of a mutation makes of an object.
 *
 * @throws Error in the API server's words when it does not fit; StatusError 500 when what comes out is none of its kind
 */
export function mutated(mutation: Mutation, outcome: unknown, object: JsonObject, kind: ExpectedKind): JsonObject {
  return mutation.type === 'JSONPatch'
    ? patched(patchOperations(outcome), object, kind)
    : applied(appliedObject(outcome) as JsonObject, object, kind);
}

/** Laid over the object as server-side apply does it, without owners. */
function applied(
  configuration: JsonObject,
  object: JsonObject,
  { group, version, apiVersion, kind, type, custom }: ExpectedKind,
): JsonObject {
  const wanted = { ...configuration, apiVersion, kind };
  const failing = <T>(what: string, action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw new Error(`error applying patch: ${what}: ${error instanceof Error ? error.message : error}`);
    }
  };
  failing('failed to convert patch object to typed object', () => {
    // Options of connections are in no OpenAPI document.
    if (!custom && typeOf(apiVersion, kind) === undefined) {
      throw new Error(`no corresponding type for ${group}/${version}, Kind=${kind}`);
    }
    validateTyped(type, wanted);
  });
  const atomics = atomicsIn(type, wanted, '');
  if (atomics.length > 0) {
    const why = `may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`;
    throw new Error(`error applying patch: invalid ApplyConfiguration: ${why}`);
  }
  return failing('failed to merge patch', () => mergeTyped(type, object, wanted)) as JsonObject;
}

/** Why what came out of a mutation cannot be an object of its kind. @throws StatusError 500 for a patch, as kube-apiserver does */
export function misfit(mutation: Mutation, { message }: Error, { apiVersion, kind }: ExpectedKind): string {
  if (mutation.type === 'JSONPatch') throw internalError(message);
  const [, integer] = / cannot unmarshal number .* of type (int\d+)$/.exec(message) ?? [];
  const why = integer === undefined ? message : `cannot convert float64 to ${integer}`;
  return `unable to convert unstructured object to ${apiVersion}, Kind=${kind}: ${why}`;
}

/** The paths of atomic values: they would be replaced as a whole. */
function atomicsIn(type: TypeNode, value: JsonValue | undefined, path: string): string[] {
  if (Array.isArray(value) && type.node === 'list') {
    const own = type.listType === 'atomic' ? [path] : [];
    return [...own, ...value.flatMap((item, index) => atomicsIn(type.item, item, `${path}[${index}]`))];
  }
  if (typeof value !== 'object' || value === null || (type.node !== 'struct' && type.node !== 'map')) return [];
  const own = type.atomic ? [path] : [];
  if (type.node === 'map') return own;
  const fields = Object.entries(value as JsonObject).flatMap(([name, field]) => {
    const known = type.fields.get(name)?.type;
    return known === undefined ? [] : atomicsIn(known, field, `${path}.${name}`);
  });
  return [...own, ...fields];
}

function patched(
  operations: readonly PatchOperation[],
  object: JsonObject,
  { custom, type }: ExpectedKind,
): JsonObject {
  let made: JsonObject;
  try {
    made = applyJsonPatch(object, operations) as JsonObject;
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    // A test says whether the patch is wanted.
    if (error.failure === 'test') return object;
    throw new Error(`JSON Patch: ${error.message}`);
  }
  const [unknown] = custom ? [] : unknownFields(type, made);
  if (unknown !== undefined) throw internalError(`strict decoding error: unknown field "${unknown}"`);
  return made;
}
