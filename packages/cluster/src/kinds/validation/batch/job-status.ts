import {
  deepEqual,
  duplicateValue,
  type FieldError,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
} from '@opwright/machinery';
import { at, bool, field, int, items, text, texts } from '../../tree.ts';
import { invalidWithoutValue, nonNegative } from '../checks.ts';
import { goStruct, goTime } from '../go-values.ts';
import { countIndexes, sharedIndex } from './indexes.ts';

/** What a status says of a job that ends only once. Old statuses may be wrong, so most is looked at only when it changes. */
export function validateJobStatusUpdate(job: JsonObject, old: JsonObject): FieldError[] {
  const [status, before] = [at(job, 'status'), at(old, 'status')];
  return [
    ...['active', 'succeeded', 'failed', 'ready', 'terminating'].flatMap((key) => nonNegative(status, key, 'status')),
    ...uncountedErrors(at(status, 'uncountedTerminatedPods')),
    ...conditionErrors(status, before),
    ...timeErrors(status, before),
    ...finishedErrors(job, old),
    ...indexErrors(job, old),
    ...successErrors(job),
    ...changeErrors(job, old),
  ];
}

const path = 'status.conditions';

function isTrue(status: JsonObject | undefined, type: string): boolean {
  return items(status, 'conditions').some((one) => text(one, 'type') === type && text(one, 'status') === 'True');
}

function isFinished(status: JsonObject | undefined): boolean {
  return isTrue(status, 'Complete') || isTrue(status, 'Failed');
}

function isChanged(status: JsonObject | undefined, before: JsonObject | undefined, ...keys: string[]): boolean {
  return keys.some((key) => !deepEqual(field(status, key), field(before, key)));
}

function uncountedErrors(pods: JsonObject | undefined): FieldError[] {
  const seen = new Set<string>();
  return ['succeeded', 'failed'].flatMap((key) =>
    texts(pods, key).flatMap((uid, index) => {
      const here = `status.uncountedTerminatedPods.${key}[${index}]`;
      if (uid === '') return [invalidValue(here, uid, 'must not be empty')];
      if (seen.has(uid)) return [duplicateValue(here, uid)];
      seen.add(uid);
      return [];
    }),
  );
}

/** Conditions that say the opposite of each other, and those that come with others. */
function conditionErrors(status: JsonObject | undefined, before: JsonObject | undefined): FieldError[] {
  const changed = (...types: string[]) => types.some((type) => isTrue(status, type) !== isTrue(before, type));
  const [complete, failed] = [isTrue(status, 'Complete'), isTrue(status, 'Failed')];
  const [target, met] = [isTrue(status, 'FailureTarget'), isTrue(status, 'SuccessCriteriaMet')];
  const wrong = (is: boolean, why: string) => (is ? [invalidWithoutValue(path, `cannot set ${why}`)] : []);
  return [
    ...wrong(changed('Complete', 'Failed') && complete && failed, 'Complete=True and Failed=true conditions'),
    ...wrong(
      changed('Complete', 'FailureTarget') && complete && target,
      'Complete=True and FailureTarget=true conditions',
    ),
    ...wrong(
      (changed('Failed') || isChanged(status, before, 'failedIndexes')) && failed && !target,
      'Failed=True condition without the FailureTarget=true condition',
    ),
    ...wrong(
      changed('Complete', 'SuccessCriteriaMet') && complete && !met,
      'Complete=True condition without the SuccessCriteriaMet=true condition',
    ),
  ];
}

function timeErrors(status: JsonObject | undefined, before: JsonObject | undefined): FieldError[] {
  const here = 'status.completionTime';
  const complete = isTrue(status, 'Complete');
  const [start, end] = [field(status, 'startTime'), field(status, 'completionTime')];
  const shown = new RawGoText(goTime(text(status, 'completionTime')));
  const isNews = complete !== isTrue(before, 'Complete') || isChanged(status, before, 'completionTime');
  const errors: FieldError[] = [];
  if (isNews && end !== undefined && !complete) {
    errors.push(invalidValue(here, shown, 'cannot set completionTime when there is no Complete=True condition'));
  }
  if (isNews && end === undefined && complete) {
    errors.push(requiredValue(here, 'completionTime is required for Complete jobs'));
  }
  const isEarly = start !== undefined && end !== undefined && Date.parse(String(end)) < Date.parse(String(start));
  if (isChanged(status, before, 'startTime', 'completionTime') && isEarly) {
    errors.push(invalidValue(here, shown, 'completionTime cannot be set before startTime'));
  }
  return errors;
}

/** Nothing goes on in a job that has ended. */
function finishedErrors(job: JsonObject, old: JsonObject): FieldError[] {
  const [status, before] = [at(job, 'status'), at(old, 'status')];
  const spec = at(job, 'spec');
  const errors: FieldError[] = [];
  const wasFinished = isFinished(before);
  const looksAt = (...keys: string[]) => isFinished(status) && (!wasFinished || isChanged(status, before, ...keys));
  if (looksAt('active') && int(status, 'active') > 0) {
    errors.push(invalidValue('status.active', int(status, 'active'), 'active>0 is invalid for finished job'));
  }
  const isNoJob = bool(spec, 'suspend') && field(spec, 'completions') === 0;
  if (looksAt('startTime') && !isNoJob && field(status, 'startTime') === undefined) {
    errors.push(requiredValue('status.startTime', 'startTime is required for finished job'));
  }
  const uncounted = at(status, 'uncountedTerminatedPods');
  const hasUncounted = ['succeeded', 'failed'].some((key) => texts(uncounted, key).length > 0);
  if (looksAt('uncountedTerminatedPods') && hasUncounted) {
    const why = 'uncountedTerminatedPods needs to be empty for finished job';
    errors.push(invalidValue('status.uncountedTerminatedPods', goStruct('batch.UncountedTerminatedPods'), why));
  }
  const ending = int(status, 'terminating');
  if (looksAt('terminating') && ending > 0) {
    errors.push(invalidValue('status.terminating', ending, 'terminating>0 is invalid for finished job'));
  }
  const ready = int(status, 'ready');
  if (
    isChanged(status, before, 'ready', 'active') &&
    field(status, 'ready') !== undefined &&
    ready > int(status, 'active')
  ) {
    errors.push(invalidValue('status.ready', ready, 'cannot set more ready pods than active'));
  }
  return errors;
}

function indexErrors(job: JsonObject, old: JsonObject): FieldError[] {
  const [status, before] = [at(job, 'status'), at(old, 'status')];
  const spec = at(job, 'spec');
  const completions = field(spec, 'completions');
  const hasLimit = field(spec, 'backoffLimitPerIndex') !== undefined;
  const [completed, failed] = [text(status, 'completedIndexes'), field(status, 'failedIndexes')];
  const [newCompleted, newFailed] = ['completedIndexes', 'failedIndexes'].map((key) => isChanged(status, before, key));
  const errors: FieldError[] = [];
  const wrong = (key: string, value: unknown, why: string) => errors.push(invalidValue(`status.${key}`, value, why));
  const parse = (key: string, value: string) => {
    const problem = countIndexes(value, int(spec, 'completions'));
    if (typeof problem === 'string') wrong(key, value, `error parsing ${key}: ${problem}`);
  };
  if (newCompleted && completions !== undefined) parse('completedIndexes', completed);
  if (newFailed && completions !== undefined && hasLimit && failed !== undefined)
    parse('failedIndexes', String(failed));
  if (newCompleted && completed !== '' && text(spec, 'completionMode') !== 'Indexed') {
    wrong('completedIndexes', completed, 'cannot set non-empty completedIndexes when non-indexed completion mode');
  }
  if (newFailed && !hasLimit && failed !== undefined) {
    wrong('failedIndexes', failed, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null');
  }
  const isComparable = (newCompleted || newFailed) && completions !== undefined && failed !== undefined;
  const shared = isComparable ? sharedIndex(completed, String(failed), int(spec, 'completions')) : undefined;
  if (shared !== undefined) {
    wrong('failedIndexes', failed, `failedIndexes and completedIndexes overlap at index: ${shared}`);
  }
  return errors;
}

function successErrors(job: JsonObject): FieldError[] {
  const status = at(job, 'status');
  const met = isTrue(status, 'SuccessCriteriaMet');
  const wrong = (is: boolean, why: string) => (is ? [invalidWithoutValue(path, `cannot set ${why}`)] : []);
  const hasPolicy = at(job, 'spec', 'successPolicy') !== undefined;
  return [
    ...wrong(met && isTrue(status, 'Failed'), 'SuccessCriteriaMet=True and Failed=true conditions'),
    ...wrong(met && isTrue(status, 'FailureTarget'), 'SuccessCriteriaMet=True and FailureTarget=true conditions'),
    ...wrong(
      hasPolicy && !met && isTrue(status, 'Complete'),
      'Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True',
    ),
  ];
}

/** What does not go back. */
function changeErrors(job: JsonObject, old: JsonObject): FieldError[] {
  const [status, before] = [at(job, 'status'), at(old, 'status')];
  const spec = at(job, 'spec');
  const errors = ['Failed', 'Complete', 'FailureTarget']
    .filter((type) => isTrue(before, type) && !isTrue(status, type))
    .map((type) => invalidWithoutValue(path, `cannot disable the terminal ${type}=True condition`));
  const fewer = (key: string) => int(status, key) < int(before, key);
  const decreased = (key: string) =>
    errors.push(invalidValue(`status.${key}`, int(status, key), `cannot decrease the ${key} counter`));
  if (fewer('failed')) decreased('failed');
  const isElastic =
    text(spec, 'completionMode') === 'Indexed' && deepEqual(field(spec, 'completions'), field(spec, 'parallelism'));
  if (!isElastic && fewer('succeeded')) decreased('succeeded');
  const ended = field(before, 'completionTime');
  if (
    ended !== undefined &&
    field(status, 'completionTime') !== undefined &&
    isChanged(status, before, 'completionTime')
  ) {
    const shown = new RawGoText(goTime(text(status, 'completionTime')));
    errors.push(invalidValue('status.completionTime', shown, 'completionTime cannot be mutated'));
  }
  const isSuspended = (of: JsonObject | undefined, value: string) =>
    items(of, 'conditions').some((one) => text(one, 'type') === 'Suspended' && text(one, 'status') === value);
  const resumes = isSuspended(before, 'True') && isSuspended(status, 'False');
  const hadStart = field(before, 'startTime') !== undefined && isChanged(status, before, 'startTime');
  if (hadStart && !resumes && !bool(spec, 'suspend')) {
    errors.push(requiredValue('status.startTime', 'startTime cannot be removed for unsuspended job'));
  }
  const [met, wasMet] = [isTrue(status, 'SuccessCriteriaMet'), isTrue(before, 'SuccessCriteriaMet')];
  if (wasMet && !met) errors.push(invalidWithoutValue(path, 'cannot disable the SuccessCriteriaMet=True condition'));
  if (isTrue(before, 'Complete') && !wasMet && met) {
    const why = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions';
    errors.push(invalidWithoutValue(path, why));
  }
  return errors;
}
