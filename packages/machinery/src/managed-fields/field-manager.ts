import type { JsonObject, JsonValue } from '../json.ts';
import type { ManagedFieldsEntry } from '../meta.ts';
import { deepEqual } from '../trees/deep-equal.ts';
import type { TypeNode } from '../typed/type-node.ts';
import { type Comparison, compare, exclude } from './compare.ts';
import { difference, EMPTY_FIELDS, type FieldSet, fieldSet, intersection, isEmpty, union } from './field-set.ts';
import { decodeManagers, encodeManagers, type Manager, type Managers, withoutIdle, withSet } from './managers.ts';
import { fieldKey } from './path-element.ts';
import { reconcileWithSchema } from './schema-changes.ts';
import { asList, asMap, valueAt } from './shape.ts';

/**
 * Sees an object of any version of a kind as another one does. Entries of `managedFields` name paths of the version that
 * was written; `undefined` says that the version does not exist any more, which drops its entries.
 */
export type VersionConverter = (object: JsonObject, apiVersion: string) => VersionedObject | undefined;

export interface VersionedObject {
  readonly object: JsonObject;
  readonly type: TypeNode;
}

/** Who writes what: the part that applies and updates have in common. */
export interface FieldManagerRequest {
  readonly type: TypeNode;
  /** The name of the manager; empty counts as `unknown`. */
  readonly manager: string;
  /** The version of the endpoint, `apps/v1`. */
  readonly apiVersion: string;
  /** `status`, `scale`…; absent for the main endpoint. */
  readonly subresource?: string | undefined;
  /** RFC 3339, seconds. */
  readonly now: string;
  /** What this endpoint takes back to the stored state: never owned, never in conflict. */
  readonly resetFields?: FieldSet | undefined;
  /** Absent: all versions have the same fields. */
  readonly convert?: VersionConverter;
}

/** A set of fields by their dotted paths: `namedFields('spec', 'metadata.labels')`. */
export function namedFields(...paths: string[]): FieldSet {
  return fieldSet(...paths.map((path) => path.split('.').map(fieldKey)));
}

/** Paths that are nobody's: they name the object, or the server alone writes them. */
const STRIPPED = namedFields(
  'apiVersion',
  'kind',
  'metadata',
  'metadata.name',
  'metadata.namespace',
  'metadata.creationTimestamp',
  'metadata.selfLink',
  'metadata.uid',
  'metadata.clusterName',
  'metadata.generation',
  'metadata.managedFields',
  'metadata.resourceVersion',
);

export function stripped(set: FieldSet): FieldSet {
  return difference(set, STRIPPED);
}

export function describeManager(request: FieldManagerRequest, operation: 'Apply' | 'Update'): Omit<Manager, 'set'> {
  const { apiVersion, subresource } = request;
  const manager = request.manager === '' ? 'unknown' : request.manager;
  return subresource ? { manager, operation, apiVersion, subresource } : { manager, operation, apiVersion };
}

/** The managers as recorded on a live object; none when the record is not well formed. */
export function managersOf(live: JsonObject | undefined): Managers {
  const entries = live === undefined ? undefined : managedFieldsOf(live);
  return (entries && decodedOrNone(entries)) ?? NO_MANAGERS;
}

export const NO_MANAGERS: Managers = new Map();

const decoded = new WeakMap<object, Managers>();

function decodedOrNone(entries: readonly ManagedFieldsEntry[]): Managers | undefined {
  let managers = decoded.get(entries);
  if (managers === undefined) {
    try {
      managers = decodeManagers(entries);
    } catch {
      return undefined;
    }
    decoded.set(entries, managers);
  }
  return managers;
}

/** The managers that a request itself brings along; undefined when there are none that make sense. */
export function managersSent(next: JsonObject, live: JsonObject | undefined): Managers | undefined {
  const entries = managedFieldsOf(next);
  if (entries === undefined || entries.length === 0) return undefined;
  const known = live === undefined ? undefined : managedFieldsOf(live);
  // Clients send back what they have read: what is already known need not be read again.
  if (known !== undefined && deepEqual(entries, known)) return decodedOrNone(known);
  const managers = decodedOrNone(entries);
  if (managers === undefined || managers.size === 0) return undefined;
  // What a client wrote is written anew, in the server's form.
  return new Map([...managers].map(([id, { entry: _, ...manager }]) => [id, manager]));
}

/** The list as it is, even when empty; undefined when it is absent, null or no list. */
export function managedFieldsOf(object: JsonObject): readonly ManagedFieldsEntry[] | undefined {
  const metadata = asMap(valueAt(object, 'metadata'));
  const list = metadata && asList(valueAt(metadata, 'managedFields'));
  return list as readonly ManagedFieldsEntry[] | undefined;
}

/** The object with the given list, or without any; the object itself when that changes nothing. */
export function withManagedFields(object: JsonObject, entries: readonly ManagedFieldsEntry[] | undefined): JsonObject {
  const metadata = asMap(valueAt(object, 'metadata'));
  const current = metadata && valueAt(metadata, 'managedFields');
  if (current === (entries as unknown)) return object;
  const { managedFields: _, ...rest } = metadata ?? {};
  // A spread with one more property would have a hidden class of its own, which makes every later access slow.
  const own = entries === undefined ? rest : Object.assign(rest, { managedFields: entries as unknown as JsonValue });
  return { ...object, metadata: own };
}

/** The entries of managers, as the very list of `live` when it says the same. */
export function encodedFor(
  live: JsonObject | undefined,
  managers: Managers,
): readonly ManagedFieldsEntry[] | undefined {
  const entries = encodeManagers(managers);
  const known = live === undefined ? undefined : managedFieldsOf(live);
  if (entries === undefined || known === undefined || entries.length !== known.length) return entries;
  return entries.every((entry, i) => entry === known[i]) ? known : entries;
}

/** An object as another version sees it. */
export function inVersion(
  { type, convert, apiVersion: own }: FieldManagerRequest,
  object: JsonObject,
  apiVersion: string,
): VersionedObject | undefined {
  const isThere = convert === undefined || (apiVersion === own && (object.apiVersion ?? own) === own);
  return isThere ? { object, type } : convert(object, apiVersion);
}

/** What an operation changes, in the terms of each version; undefined for versions that are gone. */
export type Comparisons = (apiVersion: string) => Comparison | undefined;

/** Compares two objects in every version that is asked for, leaving out what the endpoint resets. */
export function comparisons(request: FieldManagerRequest, live: JsonObject, next: JsonObject): Comparisons {
  const known = new Map<string, Comparison | undefined>();
  return (apiVersion) => {
    const version = request.convert === undefined ? request.apiVersion : apiVersion;
    if (!known.has(version)) known.set(version, compareIn(version, request, live, next));
    return known.get(version);
  };
}

function compareIn(
  apiVersion: string,
  request: FieldManagerRequest,
  live: JsonObject,
  next: JsonObject,
): Comparison | undefined {
  const before = inVersion(request, live, apiVersion);
  const after = inVersion(request, next, apiVersion);
  if (before === undefined || after === undefined) return undefined;
  return exclude(compare(after.type, before.object, after.object), request.resetFields ?? EMPTY_FIELDS);
}

/** Brings recorded sets up to the schemas of today; managers of versions that are gone are dropped. */
export function reconcileManagers(request: FieldManagerRequest, live: JsonObject, managers: Managers): Managers {
  let result: Map<string, Manager> | undefined;
  for (const [id, manager] of managers) {
    const type = inVersion(request, live, manager.apiVersion)?.type;
    const kept = type && withSet(manager, reconcileWithSchema(type, manager.set));
    if (kept === manager) continue;
    result ??= new Map(managers);
    if (kept === undefined) result.delete(id);
    else result.set(id, kept);
  }
  return result ?? managers;
}

/** What the managers other than `self` would lose to a change of values. */
export function conflictsOf(
  managers: Managers,
  self: string | undefined,
  comparisonAt: Comparisons,
): ReadonlyMap<string, FieldSet> {
  const conflicts = new Map<string, FieldSet>();
  for (const [id, manager] of managers) {
    const comparison = id === self ? undefined : comparisonAt(manager.apiVersion);
    if (comparison === undefined) continue;
    const lost = intersection(manager.set, union(comparison.modified, comparison.added));
    if (!isEmpty(lost)) conflicts.set(id, lost);
  }
  return conflicts;
}

/** Takes from every manager but `self` what has changed or is gone; those left with nothing are dropped. */
export function takeFromOthers(managers: Managers, self: string | undefined, comparisonAt: Comparisons): Managers {
  const result = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    if (id === self) {
      result.set(id, manager);
      continue;
    }
    const comparison = comparisonAt(manager.apiVersion);
    if (comparison === undefined) continue;
    const { added, modified, removed } = comparison;
    result.set(id, withSet(manager, difference(difference(difference(manager.set, modified), added), removed)));
  }
  return withoutIdle(result);
}
