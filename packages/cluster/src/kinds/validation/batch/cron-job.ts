import { type FieldError, invalidValue, type JsonObject, requiredValue, unsupportedValue } from '@opwright/machinery';
import { at, bool, field, text } from '../../tree.ts';
import { nonNegative, requiredOneOf } from '../checks.ts';
import { goLabelSelector } from '../go-values.ts';
import { scheduleProblem } from '../schedule.ts';
import { jobSpecErrors } from './job.ts';

const LONGEST_NAME = 52;

export function validateCronJob(cronJob: JsonObject, old: JsonObject | undefined): FieldError[] {
  const [spec, before] = [at(cronJob, 'spec'), at(old, 'spec')];
  const name = text(at(cronJob, 'metadata'), 'name');
  const isNewZone = old === undefined || field(before, 'timeZone') !== field(spec, 'timeZone');
  return [
    ...scheduleErrors(spec, text(before, 'schedule').includes('TZ')),
    ...nonNegative(spec, 'startingDeadlineSeconds', 'spec'),
    ...(isNewZone ? zoneErrors(field(spec, 'timeZone')) : []),
    ...requiredOneOf(spec, 'concurrencyPolicy', 'spec', ['Allow', 'Forbid', 'Replace']),
    ...templateErrors(at(spec, 'jobTemplate', 'spec')),
    ...nonNegative(spec, 'successfulJobsHistoryLimit', 'spec'),
    ...nonNegative(spec, 'failedJobsHistoryLimit', 'spec'),
    ...(old === undefined && name.length > LONGEST_NAME
      ? [invalidValue('metadata.name', name, `must be no more than ${LONGEST_NAME} characters`)]
      : []),
  ];
}

/** @param hadZone the schedule named its zone before, which it may then go on to do */
function scheduleErrors(spec: JsonObject | undefined, hadZone: boolean): FieldError[] {
  const path = 'spec.schedule';
  const schedule = text(spec, 'schedule');
  if (schedule === '') return [requiredValue(path)];
  const problem = scheduleProblem(schedule);
  const errors = problem === undefined ? [] : [invalidValue(path, schedule, problem)];
  if (!schedule.includes('TZ')) return errors;
  if (!hadZone) {
    const why = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    return [...errors, invalidValue(path, schedule, why)];
  }
  if (field(spec, 'timeZone') === undefined) return errors;
  return [...errors, invalidValue(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule')];
}

function zoneErrors(zone: unknown): FieldError[] {
  if (zone === undefined) return [];
  const name = String(zone);
  const wrong = (why: string) => [invalidValue('spec.timeZone', name, why)];
  if (name === '') return wrong('timeZone must be nil or non-empty string');
  const isOdd = (part: string) =>
    part === '.' || part === '..' || part.startsWith('-') || !/^[A-Za-z0-9._+-]+$/.test(part);
  if (name.split('/').some(isOdd)) return wrong(`unknown time zone ${name}`);
  if (name.toLowerCase() === 'local') {
    const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    return name === 'Local' ? wrong(why) : [...wrong(why), ...wrong(`unknown time zone ${name}`)];
  }
  return isZone(name) ? [] : wrong(`unknown time zone ${name}`);
}

function isZone(name: string): boolean {
  if (name === 'UTC') return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function templateErrors(spec: JsonObject | undefined): FieldError[] {
  const path = 'spec.jobTemplate.spec';
  const selector = at(spec, 'selector');
  return [
    ...jobSpecErrors(spec, path),
    ...(selector === undefined
      ? []
      : [invalidValue(`${path}.selector`, goLabelSelector(selector), '`selector` will be auto-generated')]),
    ...(bool(spec, 'manualSelector') ? [unsupportedValue(`${path}.manualSelector`, true, ['nil', 'false'])] : []),
  ];
}
