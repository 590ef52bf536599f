import { type FieldSet, type FieldSetBuilder, fieldSetBuilder } from './field-set.ts';
import type { PathKey } from './path-element.ts';

/** What {@link recallingBuilder} made last. */
export interface Recall {
  paths: readonly (readonly PathKey[])[];
  set: FieldSet;
}

/**
 * A builder that hands out the set of last time when it is given the same paths in the same order: objects of one kind tend
 * to have the same fields. It then builds nothing, and what was derived from that set (its JSON form) is found again by
 * its identity.
 */
export function recallingBuilder(recall: Recall): FieldSetBuilder {
  let matched = 0;
  let building: FieldSetBuilder | undefined;
  let inserted: (readonly PathKey[])[] = [];

  const depart = (): FieldSetBuilder => {
    building = fieldSetBuilder();
    inserted = recall.paths.slice(0, matched);
    for (const path of inserted) building.insert(path);
    return building;
  };

  return {
    insert(path, length = path.length) {
      if (length === 0) return;
      if (building === undefined && isSamePath(recall.paths[matched], path, length)) {
        matched++;
        return;
      }
      const builder = building ?? depart();
      const kept = path.slice(0, length);
      inserted.push(kept);
      builder.insert(kept);
    },
    build() {
      if (building === undefined && matched === recall.paths.length) return recall.set;
      recall.set = (building ?? depart()).build();
      recall.paths = inserted;
      return recall.set;
    },
  };
}

function isSamePath(known: readonly PathKey[] | undefined, path: readonly PathKey[], length: number): boolean {
  if (known === undefined || known.length !== length) return false;
  for (let i = length - 1; i >= 0; i--) if (known[i] !== path[i]) return false;
  return true;
}
