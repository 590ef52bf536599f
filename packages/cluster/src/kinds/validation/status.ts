import { type FieldError, invalidValue, type JsonObject } from '@opwright/machinery';
import { at, field, int } from '../tree.ts';
import { nonNegative } from './checks.ts';

/** What the counts of a status have to do with each other. */
interface Counts {
  readonly fields: readonly string[];
  /** None of these is greater than `replicas`. */
  readonly withinReplicas?: readonly string[];
  /** How messages call the number of ready replicas, which those available do not exceed. */
  readonly ready?: string;
  /** `collisionCount` only grows. */
  readonly countsCollisions?: true;
}

/** A check of the updates of a kind's status. */
export function statusCountErrors(counts: Counts): (object: JsonObject, old: JsonObject) => FieldError[] {
  return (object, old) => {
    const status = at(object, 'status');
    const errors = counts.fields.flatMap((key) => nonNegative(status, key, 'status'));
    for (const key of counts.withinReplicas ?? []) errors.push(...notAbove(status, key, 'replicas', 'status.replicas'));
    if (counts.ready !== undefined)
      errors.push(...notAbove(status, 'availableReplicas', 'readyReplicas', counts.ready));
    const before = field(at(old, 'status'), 'collisionCount');
    const collisions = int(status, 'collisionCount');
    if (counts.countsCollisions && typeof before === 'number' && collisions < before) {
      errors.push(invalidValue('status.collisionCount', collisions, 'cannot be decremented'));
    }
    return errors;
  };
}

function notAbove(status: JsonObject | undefined, key: string, limit: string, named: string): FieldError[] {
  const value = int(status, key);
  return value > int(status, limit) ? [invalidValue(`status.${key}`, value, `cannot be greater than ${named}`)] : [];
}

export const deploymentStatusErrors = statusCountErrors({
  fields: [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'collisionCount',
  ],
  withinReplicas: ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
  ready: 'readyReplicas',
  countsCollisions: true,
});

/** Of replica sets and replication controllers. */
export const replicaSetStatusErrors = statusCountErrors({
  fields: ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
  withinReplicas: ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
  ready: 'readyReplicas',
});

export const statefulSetStatusErrors = statusCountErrors({
  fields: [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
    'availableReplicas',
    'observedGeneration',
    'collisionCount',
  ],
  withinReplicas: ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
  ready: 'status.readyReplicas',
  countsCollisions: true,
});

export const daemonSetStatusErrors = statusCountErrors({
  fields: [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ],
  countsCollisions: true,
});

export const disruptionBudgetStatusErrors = statusCountErrors({
  fields: ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'],
});
