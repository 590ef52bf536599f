import type { ManagedFieldsEntry } from '../meta.ts';
import { namedFields } from './field-manager.ts';
import { difference, type FieldSet, intersection, isEmpty } from './field-set.ts';
import { decodeManagers, encodeManagers, type Manager, type Managers, managerId } from './managers.ts';

/** Where each version of a scalable kind keeps its replicas: `{ 'apps/v1': 'spec.replicas' }`. */
export type ReplicasPaths = Readonly<Record<string, string>>;

type Entries = readonly ManagedFieldsEntry[];

const SCALE = 'autoscaling/v1';
const IN_SCALE = namedFields('spec.replicas');

/**
 * The managed fields that an object's Scale has: those who own the replicas own them there, too (apimachinery's
 * ScaleHandler).
 */
export function managersOfScale(entries: Entries, paths: ReplicasPaths): Entries {
  const managers = new Map<string, Manager>();
  for (const manager of decoded(entries).values()) {
    const replicas = replicasOf(manager, paths);
    if (replicas === undefined || !owns(manager.set, replicas)) continue;
    const { entry: _, ...rest } = manager;
    const ofScale = { ...rest, apiVersion: SCALE, set: IN_SCALE };
    managers.set(managerId(ofScale), ofScale);
  }
  return encodeManagers(managers) ?? [];
}

/**
 * The managed fields of the object after those of its Scale have changed. Who no longer owns the replicas there loses them;
 * who does so as a new owner gets an entry, which has no time.
 *
 * @param apiVersion the version of the object through which the scale was written
 */
export function managersAfterScale(
  entries: Entries,
  scaleEntries: Entries,
  apiVersion: string,
  paths: ReplicasPaths,
): Entries {
  const owners = new Map(decoded(scaleEntries));
  const managers = new Map<string, Manager>();
  for (const [id, manager] of decoded(entries)) {
    const replicas = replicasOf(manager, paths);
    if (replicas === undefined || !owns(manager.set, replicas)) {
      managers.set(id, manager);
    } else if (owners.delete(id)) {
      managers.set(id, manager);
    } else {
      const { entry: _, ...rest } = manager;
      const set = difference(manager.set, replicas);
      if (!isEmpty(set)) managers.set(id, { ...rest, set });
    }
  }
  const path = paths[apiVersion];
  for (const [id, { entry: _, time: __, ...owner }] of owners) {
    if (path === undefined || !owns(owner.set, IN_SCALE)) continue;
    managers.set(id, { ...owner, apiVersion, set: namedFields(path) });
  }
  return encodeManagers(managers) ?? [];
}

function decoded(entries: Entries): Managers {
  try {
    return decodeManagers(entries);
  } catch {
    return new Map();
  }
}

function replicasOf({ apiVersion }: Manager, paths: ReplicasPaths): FieldSet | undefined {
  const path = paths[apiVersion];
  return path === undefined ? undefined : namedFields(path);
}

function owns(set: FieldSet, field: FieldSet): boolean {
  return !isEmpty(intersection(set, field));
}
