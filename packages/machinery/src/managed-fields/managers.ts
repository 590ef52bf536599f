import type { ManagedFieldsEntry } from '../meta.ts';
import { compareText } from '../text/compare-text.ts';
import { type FieldSet, isEmpty, union } from './field-set.ts';
import { parseFieldsV1, toFieldsV1 } from './fields-v1.ts';

/** What one manager owns: a decoded entry of `metadata.managedFields`. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** Absent for the main endpoint. */
  readonly subresource?: string | undefined;
  /** RFC 3339; absent when the manager never changed the object. */
  readonly time?: string;
  readonly set: FieldSet;
  /** The entry this was read from: written again as it is while nothing changes. */
  readonly entry?: ManagedFieldsEntry;
}

/** Managers by identity. */
export type Managers = ReadonlyMap<string, Manager>;

/**
 * What makes an entry one and the same: manager, operation, subresource, and for updates the version. The text orders
 * managers in conflicts.
 */
export function managerId(manager: Omit<Manager, 'set'>): string {
  const { manager: name, operation, apiVersion, subresource } = manager;
  return JSON.stringify({
    manager: name === '' ? undefined : name,
    operation,
    apiVersion: operation === 'Apply' ? undefined : apiVersion,
    subresource: subresource === '' ? undefined : subresource,
  });
}

/**
 * Reads `metadata.managedFields`.
 * @throws Error when an entry is not well formed: such a list counts as none.
 */
export function decodeManagers(entries: readonly ManagedFieldsEntry[]): Managers {
  const managers = new Map<string, Manager>();
  entries.forEach((entry, i) => {
    const { operation, apiVersion, fieldsType } = entry;
    if (operation !== 'Apply' && operation !== 'Update') throw new Error('operation must be `Apply` or `Update`');
    if (!apiVersion) throw new Error('apiVersion must not be empty');
    if (!fieldsType) throw new Error(`missing fieldsType in managed fields entry ${i}`);
    if (fieldsType !== 'FieldsV1') {
      throw new Error(`invalid fieldsType "${String(fieldsType)}" in managed fields entry ${i}`);
    }
    const manager: Manager = {
      manager: entry.manager ?? '',
      operation,
      apiVersion,
      ...(entry.subresource ? { subresource: entry.subresource } : {}),
      ...(entry.time ? { time: entry.time } : {}),
      set: parseFieldsV1(entry.fieldsV1 ?? NO_FIELDS),
      entry,
    };
    managers.set(managerId(manager), manager);
  });
  return managers;
}

const NO_FIELDS = Object.freeze({});

/** Writes `metadata.managedFields` in its order; undefined when nobody owns anything. */
export function encodeManagers(managers: Managers): readonly ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined;
  return [...managers.values()].sort(byOperationAndTime).map(encodeManager);
}

const lastEntries = new WeakMap<FieldSet, ManagedFieldsEntry>();

/** The entry of one manager: the very same one for objects that it makes alike within a second. */
export function encodeManager(manager: Manager): ManagedFieldsEntry {
  if (manager.entry !== undefined) return manager.entry;
  const last = lastEntries.get(manager.set);
  if (last !== undefined && isEntryOf(last, manager)) return last;
  const entry = newEntry(manager);
  lastEntries.set(manager.set, entry);
  return entry;
}

function isEntryOf(entry: ManagedFieldsEntry, { manager, operation, apiVersion, subresource, time }: Manager): boolean {
  return (
    entry.time === time &&
    (entry.manager ?? '') === manager &&
    entry.operation === operation &&
    entry.apiVersion === apiVersion &&
    entry.subresource === subresource
  );
}

function newEntry(manager: Manager): ManagedFieldsEntry {
  return Object.freeze({
    ...(manager.manager === '' ? {} : { manager: manager.manager }),
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(manager.set),
    ...(manager.subresource === undefined ? {} : { subresource: manager.subresource }),
  });
}

function byOperationAndTime(a: Manager, b: Manager): number {
  return (
    compareText(a.operation, b.operation) ||
    seconds(a.time) - seconds(b.time) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource ?? '', b.subresource ?? '')
  );
}

function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000) || 0;
}

/** A manager with another set, or the same one when that is what it has. */
export function withSet(manager: Manager, set: FieldSet): Manager {
  if (manager.set === set) return manager;
  const { entry: _, ...rest } = manager;
  return { ...rest, set };
}

export function withTime(manager: Manager, time: string): Manager {
  if (manager.time === time) return manager;
  const { entry: _, ...rest } = manager;
  return { ...rest, time };
}

const MAX_UPDATE_MANAGERS = 10;
const OLD_UPDATES = 'ancient-changes';

/** Keeps at most ten entries of updates: the oldest of a version are joined into one of `ancient-changes`. */
export function capUpdateManagers(managers: Managers): Managers {
  const updates = [...managers].filter(([, manager]) => manager.operation === 'Update');
  if (updates.length <= MAX_UPDATE_MANAGERS) return managers;
  updates.sort(([idA, a], [idB, b]) => seconds(a.time) - seconds(b.time) || compareText(idA, idB));

  const capped = new Map(managers);
  const firstOfVersion = new Map<string, string>();
  let count = updates.length;
  for (const [id, manager] of updates) {
    if (count <= MAX_UPDATE_MANAGERS) break;
    const { apiVersion } = manager;
    const first = firstOfVersion.get(apiVersion);
    if (first === undefined) {
      firstOfVersion.set(apiVersion, id);
      continue;
    }
    const bucket: Omit<Manager, 'set'> = { manager: OLD_UPDATES, operation: 'Update', apiVersion };
    const bucketId = managerId(bucket);
    const bucketSet = capped.get(bucketId)?.set ?? capped.get(first)!.set;
    if (!capped.has(bucketId)) capped.delete(first);
    capped.delete(id);
    capped.set(bucketId, {
      ...bucket,
      ...(manager.time === undefined ? {} : { time: manager.time }),
      set: union(manager.set, bucketSet),
    });
    count--;
  }
  return capped;
}

/** Without the managers that own nothing any more. */
export function withoutIdle(managers: Managers): Managers {
  for (const manager of managers.values()) {
    if (isEmpty(manager.set)) return new Map([...managers].filter(([, other]) => !isEmpty(other.set)));
  }
  return managers;
}
