import {
  formatTime,
  fromLabelSelector,
  getOwn,
  isPlainObject,
  type JsonObject,
  matchLabels,
  mutableCopy,
  StatusError,
  success,
  tooManyRequests,
} from '@opwright/machinery';
import type { MutableObject } from '../../kinds/kind.ts';
import { at, each, ensure, int, items, text } from '../../kinds/tree.ts';
import { type StoredObject, storeKey } from '../../store/object.ts';
import type { Call, Result } from '../context.ts';
import type { DeleteOptions } from '../delete-options.ts';
import { type Endpoint, keepAllBut } from '../endpoint.ts';
import { badRequest, forbidden, rawError } from '../errors.ts';
import { trackServerUpdate } from '../field-manager.ts';
import type { ExpectedKind } from '../read-body.ts';
import { updateObject } from '../update-object.ts';
import { checkPreconditions, deleteObject } from '../verbs/delete.ts';
import { stored } from '../verbs/get.ts';
import { storedForm } from '../write.ts';
import { nameOf, type Posted, postedKind, readPosted } from './posted.ts';

const EVICTION: ExpectedKind = { ...postedKind('policy', 'v1', 'Eviction'), acceptsRetired: true };
const BUDGETS = 'poddisruptionbudgets.policy';
/** More evictions than that under way, and the budget's controller has to catch up first. */
const MOST_DISRUPTED = 2000;

/**
 * POST of an Eviction: deletes a pod, unless a disruption budget needs it.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 */
export async function evict(call: Call): Promise<Result> {
  const { info } = call;
  const posted = await readPosted(call, EVICTION);
  if (nameOf(posted.body) !== info.name) throw badRequest('name in URL does not match name in Eviction object');
  const options = optionsOf(posted);
  await posted.validate();
  const pod = stored(call);
  if (!canAlwaysGo(pod)) takeFromBudget(call, pod, options);
  await deleteObject(call, info.name, options.dryRun ? options : await disrupted(call, options), { isAdmitted: true });
  return { code: 201, plain: success(201) };
}

/** Pods that do not work do not count in any budget. */
function canAlwaysGo(pod: StoredObject): boolean {
  const phase = text(at(pod, 'status'), 'phase');
  return ['Succeeded', 'Failed', 'Pending'].includes(phase) || pod.metadata.deletionTimestamp !== undefined;
}

/** @throws StatusError 403, 429 or 500 when the budget of the pod does not let it go */
function takeFromBudget(call: Call, pod: StoredObject, { dryRun }: DeleteOptions): void {
  const namespace = pod.metadata.namespace ?? '';
  const budgets = call.server.store.list(BUDGETS, { namespace }).items.filter((budget) => selects(budget, pod));
  if (budgets.length > 1) {
    throw rawError('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  }
  const [budget] = budgets;
  if (budget === undefined || (!isReady(pod) && lossIsNone(budget))) return;
  const status = at(budget, 'status');
  const { name, generation = 0 } = budget.metadata;
  if (int(status, 'observedGeneration') < generation) {
    throw refused(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const allowed = int(status, 'disruptionsAllowed');
  const refuse = (why: string) => forbidden({ group: 'policy', plural: 'poddisruptionbudget' }, name, why);
  if (allowed < 0) throw refuse('pdb disruptions allowed is negative');
  if (Object.keys(at(status, 'disruptedPods') ?? {}).length > MOST_DISRUPTED) {
    throw refuse('DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (allowed === 0) {
    const [needs, has] = [int(status, 'desiredHealthy'), int(status, 'currentHealthy')];
    throw refused(`The disruption budget ${name} needs ${needs} healthy pods and has ${has} currently`, 0);
  }
  if (!dryRun) recordDisruption(call, budget, pod.metadata.name);
}

function refused(message: string, retryAfterSeconds: number): StatusError {
  const why = "Cannot evict pod as it would violate the pod's disruption budget.";
  return new StatusError(tooManyRequests(why, retryAfterSeconds, [{ reason: 'DisruptionBudget', message }]));
}

const isReady = (pod: StoredObject) =>
  items(at(pod, 'status'), 'conditions').some(({ type, status }) => type === 'Ready' && status === 'True');

/** Whether nothing is lost with a pod that is not ready: always so, or while the others are enough. */
function lossIsNone(budget: StoredObject): boolean {
  if (text(at(budget, 'spec'), 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true;
  const status = at(budget, 'status');
  const desired = int(status, 'desiredHealthy');
  return desired > 0 && int(status, 'currentHealthy') >= desired;
}

/** Tells the controller of the budget that the pod is about to go, before it sees that itself. */
function recordDisruption({ server }: Call, budget: StoredObject, pod: string): void {
  const { registry, clock, store } = server;
  const kind = registry.findResource('policy', 'poddisruptionbudgets');
  if (kind === undefined) throw new Error('disruption budgets are not served');
  const now = formatTime(clock.now());
  const next = mutableCopy(budget) as MutableObject;
  const status = ensure(next, 'status');
  ensure(status, 'disruptedPods')[pod] = now;
  status.disruptionsAllowed = int(at(budget, 'status'), 'disruptionsAllowed') - 1;
  if (status.disruptionsAllowed === 0) {
    const type = 'DisruptionAllowed';
    const before = each(status, 'conditions').find((condition) => condition.type === type);
    const since = before?.status === 'False' ? before.lastTransitionTime : now;
    const { observedGeneration } = status;
    const condition = { type, status: 'False', observedGeneration, lastTransitionTime: since };
    setCondition(status, { ...condition, reason: 'InsufficientPods', message: '' });
  }
  trackServerUpdate(kind, 'kube-apiserver', 'status', clock, budget, next);
  const key = storeKey(budget.metadata.namespace, budget.metadata.name);
  store.update(kind.storage, key, budget, storedForm(kind, next));
}

/**
 * Says in the pod why it goes; who waits for it learns that it is not its own fault.
 *
 * @returns the options of the deletion, which is about what was written
 */
async function disrupted(call: Call, options: DeleteOptions): Promise<DeleteOptions> {
  const { kind, server } = call;
  const endpoint: Endpoint = {
    subresource: 'eviction',
    bodies: kind,
    prepareForUpdate: (object, old) => keepAllBut(object, old, 'status'),
  };
  const { object } = await updateObject(call, {
    endpoint,
    dryRun: false,
    admissionOptions: {},
    isAdmitted: true,
    createsMissing: false,
    next(old) {
      checkPreconditions(call, old!, options);
      const pod = mutableCopy(old) as MutableObject;
      const status = ensure(pod, 'status');
      const condition = { reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' };
      const type = 'DisruptionTarget';
      const before = each(status, 'conditions').find((other) => other.type === type && other.status === 'True');
      const lastTransitionTime = before?.lastTransitionTime ?? formatTime(server.clock.now());
      setCondition(status, { type, status: 'True', lastProbeTime: null, lastTransitionTime, ...condition });
      return pod;
    },
  });
  const { preconditions } = options;
  if (preconditions.resourceVersion === undefined) return options;
  return { ...options, preconditions: { ...preconditions, resourceVersion: object.metadata.resourceVersion } };
}

/** In the place of the one of its type. */
function setCondition(status: MutableObject, condition: MutableObject): void {
  const conditions = each(status, 'conditions');
  const known = conditions.some(({ type }) => type === condition.type);
  status.conditions = known
    ? conditions.map((other) => (other.type === condition.type ? condition : other))
    : [...conditions, condition];
}

function selects(budget: StoredObject, pod: StoredObject): boolean {
  const selector = at(budget, 'spec', 'selector');
  return selector !== undefined && matchLabels(fromLabelSelector(selector), pod.metadata.labels);
}

function optionsOf({ body, dryRun: isDryRun }: Posted): DeleteOptions {
  const options = at(body as JsonObject, 'deleteOptions');
  const dryRun = getOwn(options ?? {}, 'dryRun');
  const grace = getOwn(options ?? {}, 'gracePeriodSeconds');
  const preconditions = getOwn(options ?? {}, 'preconditions');
  return {
    dryRun: isDryRun || (Array.isArray(dryRun) && dryRun.includes('All')),
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    propagationPolicy: undefined,
    orphanDependents: undefined,
    preconditions: (isPlainObject(preconditions) ? preconditions : {}) as DeleteOptions['preconditions'],
  };
}
