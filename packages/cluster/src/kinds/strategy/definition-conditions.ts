import type { JsonObject } from '@opwright/machinery';

/** A condition of a CustomResourceDefinition. */
export interface DefinitionCondition {
  readonly type: 'NamesAccepted' | 'Established' | 'Terminating' | 'KubernetesAPIApprovalPolicyConformant';
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/**
 * Conditions with these set: one that keeps its status keeps its time, new ones go to the end. The very same list where
 * nothing changes.
 */
export function setConditions(
  before: readonly JsonObject[],
  wanted: readonly DefinitionCondition[],
  now: string,
): readonly JsonObject[] {
  let result: JsonObject[] | undefined;
  for (const { type, status, reason, message } of wanted) {
    const current = (result ?? before).find((condition) => condition.type === type);
    if (current?.status === status && current.reason === reason && current.message === message) continue;
    const lastTransitionTime = current?.status === status ? (current.lastTransitionTime ?? now) : now;
    const condition: JsonObject = { type, status, lastTransitionTime, reason, message };
    result ??= [...before];
    if (current === undefined) result.push(condition);
    else result[result.indexOf(current)] = condition;
  }
  return result ?? before;
}
