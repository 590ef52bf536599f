import type { JsonObject, JsonValue } from '../json.ts';
import { badRequest, genericFailure } from '../status/status-of.ts';
import { StatusError } from '../status.ts';
import { deepEqual } from '../trees/deep-equal.ts';
import { type Conflicts, conflictError } from './conflicts.ts';
import {
  comparisons,
  conflictsOf,
  describeManager,
  encodedFor,
  type FieldManagerRequest,
  managedFieldsOf,
  managersOf,
  reconcileManagers,
  stripped,
  takeFromOthers,
  withManagedFields,
} from './field-manager.ts';
import { difference, EMPTY_FIELDS, equalSets, type FieldSet, isEmpty, recursiveDifference } from './field-set.ts';
import { allowedByLastApplied, refreshLastApplied } from './last-applied.ts';
import { type Manager, type Managers, managerId, withSet, withTime } from './managers.ts';
import { merge } from './merge.ts';
import { prune } from './prune.ts';
import { asMap, valueAt } from './shape.ts';
import { toFieldSet } from './to-field-set.ts';
import { trackUpdate } from './update.ts';
import { validateTyped } from './validate.ts';
import { TypedValueError } from './validation-error.ts';

/** A server-side apply. */
export interface ApplyRequest extends FieldManagerRequest {
  /** The stored object; undefined when the apply creates it. */
  readonly live: JsonObject | undefined;
  /** The configuration as the client sent it: neither defaulted nor completed. */
  readonly config: JsonObject;
  /** The endpoint's kind: a configuration must be of it. */
  readonly kind: string;
  /** Takes the fields in conflict from their managers. */
  readonly force?: boolean;
}

/** An apply up to the point where the server defaults the object again. */
export interface PreparedApply {
  readonly request: ApplyRequest;
  /**
   * The merged object without managed fields: decode and default it like a request's body (it may hold nulls, and
   * fields that nobody wants any more are gone), then hand it to {@link finishApply}. When nothing changed it is the
   * live object itself, which needs neither.
   */
  readonly object: JsonObject;
  /** Whether merging changed the object. Ownership may have changed regardless. */
  readonly changed: boolean;
  readonly managers: Managers;
}

export interface ApplyResult {
  readonly object: JsonObject;
  /** Whether merging changed the object, managed fields aside. */
  readonly changed: boolean;
}

/**
 * Applies a configuration without defaulting in between: for types without defaults, and for tests.
 * @throws StatusError as {@link prepareApply} does.
 */
export function applyWithManager(request: ApplyRequest): ApplyResult {
  const prepared = prepareApply(request);
  return { object: finishApply(prepared, prepared.object), changed: prepared.changed };
}

/**
 * Merges a configuration into the live object: what the manager applied before and does not any more is removed unless
 * someone else owns it; what others own and this would change is a conflict.
 * @throws StatusError 400 for a wrong kind or version and for managed fields in the configuration, 409 for conflicts,
 * 500 (sic) for a configuration that does not fit the type.
 */
export function prepareApply(request: ApplyRequest): PreparedApply {
  checkConfig(request);
  try {
    return mergeAs(request, request.force === true);
  } catch (error) {
    if (!(error instanceof ConflictsFound)) throw error;
    const conflicts = withoutAllowed(error.conflicts, allowedByLastApplied(request));
    if (conflicts.size > 0) throw conflictError(conflicts, error.managers);
    return mergeAs(request, true);
  }
}

/** The object to store: the defaulted one with its managed fields. */
export function finishApply(prepared: PreparedApply, defaulted: JsonObject): JsonObject {
  const { request, changed, managers } = prepared;
  const entries = encodedFor(request.live, managers);
  const object = changed || request.live === undefined ? defaulted : request.live;
  return refreshLastApplied(request, withManagedFields(object, entries));
}

class ConflictsFound extends Error {
  readonly conflicts: Conflicts;
  readonly managers: Managers;

  constructor(conflicts: Conflicts, managers: Managers) {
    super('conflicts');
    this.conflicts = conflicts;
    this.managers = managers;
  }
}

function withoutAllowed(conflicts: Conflicts, allowed: FieldSet | undefined): Conflicts {
  if (allowed === undefined) return conflicts;
  const left = [...conflicts].map(([id, set]) => [id, difference(set, allowed)] as const);
  return new Map(left.filter(([, set]) => !isEmpty(set)));
}

function mergeAs(request: ApplyRequest, force: boolean): PreparedApply {
  const { type, config } = request;
  const live = withManagedFields(request.live ?? {}, undefined);
  const managers = reconcileManagers(request, live, tracked(request));
  const self = describeManager(request, 'Apply');
  const id = managerId(self);
  const last = managers.get(id);
  const set = recursiveDifference(toFieldSet(type, config), request.resetFields ?? EMPTY_FIELDS);
  const applying = new Map(managers).set(id, last === undefined ? { ...self, set } : sameVersion(last, self, set));

  const merged = prune(request, merge(type, live, config) as JsonObject, applying, last);
  const changed = !deepEqual(live, merged);
  const comparisonAt = comparisons(request, live, merged);
  const conflicts = conflictsOf(applying, id, comparisonAt);
  if (!force && conflicts.size > 0) throw new ConflictsFound(conflicts, applying);

  const after = new Map(takeFromOthers(applying, id, comparisonAt));
  const owned = after.get(id);
  if (owned !== undefined) settle(after, id, owned, changed, request.now, last);
  return { request, object: changed ? merged : (request.live ?? live), changed, managers: after };
}

/** Who owns what before the apply; an object that nobody tracked belongs to `before-first-apply`. */
function tracked(request: ApplyRequest): Managers {
  const { live } = request;
  const managers = managersOf(live);
  if (managers.size > 0 || live === undefined) return managers;
  try {
    return trackUpdate({ ...request, manager: 'before-first-apply' }, undefined, live, managers);
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error;
    const why = `failed to convert new object (${describe(live)}) to smd typed: ${error.message}`;
    throw new StatusError(genericFailure(500, `failed to create manager for existing fields: ${why}`));
  }
}

function sameVersion(last: Manager, self: Omit<Manager, 'set'>, set: FieldSet): Manager {
  if (last.apiVersion === self.apiVersion) return withSet(last, set);
  return { ...self, ...(last.time === undefined ? {} : { time: last.time }), set };
}

/** The applier's own entry in its final form: without what is nobody's, and with the time if the object changed. */
function settle(
  managers: Map<string, Manager>,
  id: string,
  owned: Manager,
  changed: boolean,
  now: string,
  last: Manager | undefined,
): void {
  const set = stripped(owned.set);
  if (isEmpty(set)) {
    managers.delete(id);
    return;
  }
  // The same fields as last time are the same entry.
  const same = last !== undefined && last.apiVersion === owned.apiVersion && equalSets(set, last.set);
  const settled = same ? last : withSet(owned, set);
  managers.set(id, changed ? withTime(settled, now) : settled);
}

function checkConfig(request: ApplyRequest): void {
  const { type, config, apiVersion, kind } = request;
  if (config.apiVersion !== apiVersion || config.kind !== kind) {
    throw new StatusError(badRequest(`invalid object type: ${gvkText(config)}`));
  }
  // A list of something else is no list of managers.
  if (managedFieldsOf(config)?.every((entry) => asMap(entry as JsonValue) !== undefined)) {
    throw new StatusError(badRequest('metadata.managedFields must be nil'));
  }
  try {
    validateTyped(type, config);
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error;
    const message = `failed to create typed patch object (${describe(config)}): ${error.message}`;
    throw new StatusError(genericFailure(500, message));
  }
}

function describe(config: JsonObject): string {
  const metadata = asMap(valueAt(config, 'metadata')) ?? {};
  return `${text(metadata, 'namespace')}/${text(metadata, 'name')}; ${gvkText(config)}`;
}

function gvkText(config: JsonObject): string {
  const parts = text(config, 'apiVersion').split('/');
  const [version = '', group = ''] = parts.length > 2 ? [] : parts.reverse();
  return `${group}/${version}, Kind=${text(config, 'kind')}`;
}

function text(map: JsonObject, name: string): string {
  const value = valueAt(map, name);
  return typeof value === 'string' ? value : '';
}
