import { StatusError } from '@opwright/machinery';

/** A field that another manager has, whom an apply without `force` would take it from. */
export interface ApplyConflict {
  readonly manager: string;
  /** `.spec.replicas`. */
  readonly field: string;
}

/**
 * The fields over which an apply with `force: false` failed, and who has them; empty for every other error. Unlike a conflict of
 * versions, it does not go away by itself.
 */
export function applyConflicts(error: unknown): readonly ApplyConflict[] {
  if (!(error instanceof StatusError)) return [];
  return (error.status.details?.causes ?? []).flatMap(({ reason, message = '', field = '' }) =>
    reason === 'FieldManagerConflict'
      ? [{ manager: /^conflict with "([^"]*)"/.exec(message)?.[1] ?? message, field }]
      : [],
  );
}

/** For people: `kubectl has .spec.replicas; helm has .metadata.labels.app, .spec.paused`. */
export function describeConflicts(conflicts: readonly ApplyConflict[]): string {
  const managers = [...new Set(conflicts.map(({ manager }) => manager))];
  return managers
    .map((name) => {
      const fields = conflicts.filter(({ manager }) => manager === name).map(({ field }) => field);
      return `${name} has ${fields.join(', ')}`;
    })
    .join('; ');
}
