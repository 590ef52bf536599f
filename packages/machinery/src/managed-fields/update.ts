import type { JsonObject } from '../json.ts';
import type { ManagedFieldsEntry } from '../meta.ts';
import { fieldsOf } from './compare.ts';
import {
  comparisons,
  describeManager,
  encodedFor,
  type FieldManagerRequest,
  inVersion,
  managedFieldsOf,
  managersOf,
  managersSent,
  NO_MANAGERS,
  reconcileManagers,
  stripped,
  takeFromOthers,
  withManagedFields,
} from './field-manager.ts';
import { difference, EMPTY_FIELDS, type FieldSet, isEmpty, recursiveDifference, union } from './field-set.ts';
import { capUpdateManagers, encodeManager, type Manager, type Managers, managerId } from './managers.ts';
import { isEmptyMap } from './shape.ts';
import { TypedValueError } from './validation-error.ts';

/** A create, a PUT, or a patch other than apply. */
export interface UpdateRequest extends FieldManagerRequest {
  /** The stored object; undefined for a create. */
  readonly live: JsonObject | undefined;
  /** What is going to be stored: decoded and defaulted, with the managed fields that the client sent, if any. */
  readonly next: JsonObject;
}

/**
 * Records who owns what after a create, PUT or patch, and returns `next` with its `managedFields`; `next` itself when
 * that is what it holds already. The manager owns what it added or changed, besides what it owned before; nobody owns
 * what is gone. Its time is renewed when it added or changed something.
 *
 * Managed fields that the client sent replace the stored ones when they make sense (main endpoint only); `[]` or `[{}]`
 * ends the tracking, which then starts again with the next apply. Call it before admission, and not again after a
 * mutating webhook: what webhooks change belongs to nobody.
 */
export function updateWithManager(request: UpdateRequest): JsonObject {
  return withManagedFields(request.next, managedFieldsAfter(request, request.live, request.next));
}

/** The list that {@link updateWithManager} records on `next`; undefined for none. */
export function managedFieldsAfter(
  request: FieldManagerRequest,
  live: JsonObject | undefined,
  next: JsonObject,
): readonly ManagedFieldsEntry[] | undefined {
  const managers = startingPoint(request, live, next);
  // An object that is not tracked stays so until it is applied.
  if (managers.size === 0 && live !== undefined) return undefined;
  try {
    if (managers.size === 0) return creatorsEntries(request, next);
    return encodedFor(live, trackUpdate(request, live, next, managers));
  } catch (error) {
    if (error instanceof TypedValueError) return undefined;
    throw error;
  }
}

function startingPoint({ subresource }: FieldManagerRequest, live: JsonObject | undefined, next: JsonObject): Managers {
  if (subresource) return managersOf(live);
  if (isReset(next)) return NO_MANAGERS;
  return managersSent(next, live) ?? managersOf(live);
}

function isReset(next: JsonObject): boolean {
  const entries = managedFieldsOf(next);
  if (entries === undefined) return false;
  return entries.length === 0 || (entries.length === 1 && isEmptyMap(entries[0] as JsonObject));
}

/** The record of a new object: who made it owns all of it. */
function creatorsEntries(request: FieldManagerRequest, next: JsonObject): readonly ManagedFieldsEntry[] | undefined {
  const { manager, apiVersion, subresource, now, resetFields = EMPTY_FIELDS } = request;
  const after = inVersion(request, withManagedFields(next, undefined), apiVersion)!;
  const set = strippedOnce(recursiveDifference(fieldsOf(after.type, after.object), resetFields));
  if (isEmpty(set)) return undefined;
  const name = manager === '' ? 'unknown' : manager;
  return [encodeManager({ manager: name, operation: 'Update', apiVersion, subresource, time: now, set })];
}

const strippedSets = new WeakMap<FieldSet, FieldSet>();

/** {@link stripped}, for sets that come again. */
function strippedOnce(set: FieldSet): FieldSet {
  let without = strippedSets.get(set);
  if (without === undefined) {
    without = stripped(set);
    strippedSets.set(set, without);
  }
  return without;
}

/** The managers after an update from `live` (undefined: from the empty object). */
export function trackUpdate(
  request: FieldManagerRequest,
  live: JsonObject | undefined,
  next: JsonObject,
  recorded: Managers,
): Managers {
  const before = live === undefined ? EMPTY_OBJECT : withManagedFields(live, undefined);
  const after = withManagedFields(next, undefined);
  const managers = reconcileManagers(request, before, recorded);
  const comparisonAt = comparisons(request, before, after);
  const left = takeFromOthers(managers, undefined, comparisonAt);

  const { added, modified, removed } = comparisonAt(request.apiVersion)!;
  const written = recursiveDifference(
    union(union(difference(EMPTY_FIELDS, removed), modified), added),
    request.resetFields ?? EMPTY_FIELDS,
  );
  return capUpdateManagers(credit(left, request, stripped(written)));
}

const EMPTY_OBJECT: JsonObject = Object.freeze({});

function credit(managers: Managers, request: FieldManagerRequest, written: Manager['set']): Managers {
  if (isEmpty(written)) return managers;
  const self = describeManager(request, 'Update');
  const id = managerId(self);
  const previous = managers.get(id);
  const set = previous === undefined ? written : union(written, previous.set);
  return new Map(managers).set(id, { ...self, time: request.now, set });
}
