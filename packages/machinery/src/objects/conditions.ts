import type { Condition } from '../meta.ts';
import { formatTime } from '../time/time.ts';

/** A condition to set: when it changed is found out by {@link setCondition}. */
export type ConditionInput = Omit<Condition, 'lastTransitionTime' | 'message'> & {
  readonly message?: string;
  readonly lastTransitionTime?: string;
};

/**
 * The conditions with this one added or replaced. `lastTransitionTime` becomes `now` (ms) only when `status` changes, as
 * in KEP-1623. Returns the same array when nothing changes.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  condition: ConditionInput,
  now: number,
): readonly Condition[] {
  const list = conditions ?? [];
  const index = list.findIndex(({ type }) => type === condition.type);
  const before = list[index];
  const transition =
    before !== undefined && before.status === condition.status
      ? before.lastTransitionTime
      : (condition.lastTransitionTime ?? formatTime(now));
  const after: Condition = {
    type: condition.type,
    status: condition.status,
    ...(condition.observedGeneration !== undefined && { observedGeneration: condition.observedGeneration }),
    lastTransitionTime: transition,
    reason: condition.reason,
    message: condition.message ?? '',
  };
  if (before === undefined) return [...list, after];
  return isSame(before, after) ? list : list.with(index, after);
}

/** The condition of this type, if it is there. */
export function findCondition<C extends { readonly type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Whether the condition of this type is there and `True`. */
export function isConditionTrue(
  conditions: readonly { readonly type: string; readonly status: string }[] | undefined,
  type: string,
): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

function isSame(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    a.observedGeneration === b.observedGeneration &&
    a.lastTransitionTime === b.lastTransitionTime &&
    a.reason === b.reason &&
    a.message === b.message
  );
}
