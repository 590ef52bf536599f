import {
  fromLabelSelector,
  getOwn,
  isPlainObject,
  type JsonObject,
  matchLabels,
  StatusError,
  success,
  tooManyRequests,
} from '@opwright/machinery';
import type { StoredObject } from '../../store/object.ts';
import type { Call, Result } from '../context.ts';
import type { DeleteOptions } from '../delete-options.ts';
import { badRequest, rawError } from '../errors.ts';
import { deleteObject } from '../verbs/delete.ts';
import { stored } from '../verbs/get.ts';
import { nameOf, type Posted, postedKind, readPosted } from './posted.ts';

const EVICTION = postedKind('policy', 'v1', 'Eviction');
const BUDGETS = 'poddisruptionbudgets.policy';

/** POST of an Eviction: deletes a pod, unless a disruption budget needs it. */
export async function evict(call: Call): Promise<Result> {
  const { info } = call;
  const posted = await readPosted(call, EVICTION);
  const name = nameOf(posted.body);
  if (name !== '' && name !== info.name) throw badRequest('name in URL does not match name in Eviction object');
  await posted.validate();
  const pod = stored(call);
  if (!canAlwaysGo(pod)) checkBudgets(call, pod);
  await deleteObject(call, info.name, optionsOf(posted), { isAdmitted: true });
  return { code: 201, plain: success(201) };
}

/** Pods that do not work do not count in any budget. */
function canAlwaysGo(pod: StoredObject): boolean {
  const { phase } = objectAt(pod, 'status');
  return (
    phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined
  );
}

function checkBudgets({ server }: Call, pod: StoredObject): void {
  const namespace = pod.metadata.namespace ?? '';
  const budgets = server.store.list(BUDGETS, { namespace }).items.filter((budget) => selects(budget, pod));
  if (budgets.length > 1) {
    throw rawError('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  }
  const [budget] = budgets;
  if (budget === undefined) return;
  const status = objectAt(budget, 'status');
  if (numberAt(status, 'disruptionsAllowed') > 0) return;
  const needs = numberAt(status, 'desiredHealthy');
  const has = numberAt(status, 'currentHealthy');
  const message = `The disruption budget ${budget.metadata.name} needs ${needs} healthy pods and has ${has} currently`;
  throw new StatusError(
    tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0, [
      { reason: 'DisruptionBudget', message },
    ]),
  );
}

function selects(budget: StoredObject, pod: StoredObject): boolean {
  const selector = getOwn(objectAt(budget, 'spec'), 'selector');
  return isPlainObject(selector) && matchLabels(fromLabelSelector(selector), pod.metadata.labels);
}

function optionsOf({ body, dryRun: isDryRun }: Posted): DeleteOptions {
  const options = objectAt(body, 'deleteOptions');
  const preconditions = objectAt(options, 'preconditions');
  const grace = getOwn(options, 'gracePeriodSeconds');
  const dryRun = getOwn(options, 'dryRun');
  return {
    dryRun: isDryRun || (Array.isArray(dryRun) && dryRun.includes('All')),
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    propagationPolicy: undefined,
    orphanDependents: undefined,
    preconditions: preconditions as DeleteOptions['preconditions'],
  };
}

function objectAt(object: JsonObject | { [key: string]: unknown }, key: string): { [key: string]: unknown } {
  const value = getOwn(object, key);
  return isPlainObject(value) ? value : {};
}

function numberAt(object: { [key: string]: unknown }, key: string): number {
  const value = getOwn(object, key);
  return typeof value === 'number' ? value : 0;
}
