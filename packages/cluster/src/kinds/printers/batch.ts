import type { JsonObject } from '@opwright/machinery';
import { humanDuration } from '@opwright/machinery';
import type { Printer } from '../behaviour.ts';
import { at, field, int, items, text } from '../tree.ts';
import { age } from './age.ts';
import { containerCells, none, orNone, selectorText } from './cells.ts';
import { ageOf, columns, nameOf } from './columns.ts';

export const jobPrinter: Printer = {
  columns: columns('Name', 'Status', 'Completions', 'Duration', 'Age', 'Containers*', 'Images*', 'Selector*'),
  row: (job, nowMs) => [
    nameOf(job),
    jobStatus(job),
    completionsText(job),
    durationText(job, nowMs),
    ageOf(job, nowMs),
    ...containerCells(at(job, 'spec', 'template', 'spec')),
    selectorText(at(job, 'spec', 'selector')),
  ],
};

function jobStatus(job: JsonObject): string {
  const conditions = items(at(job, 'status'), 'conditions');
  const holds = (type: string) => conditions.some((c) => text(c, 'type') === type && text(c, 'status') === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (text(at(job, 'metadata'), 'deletionTimestamp') !== '') return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running';
}

function completionsText(job: JsonObject): string {
  const succeeded = int(at(job, 'status'), 'succeeded');
  const spec = at(job, 'spec');
  const completions = field(spec, 'completions');
  if (completions !== undefined) return `${succeeded}/${completions}`;
  const parallelism = int(spec, 'parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText(job: JsonObject, nowMs: number): string {
  const start = text(at(job, 'status'), 'startTime');
  const end = text(at(job, 'status'), 'completionTime');
  if (start === '') return '';
  return humanDuration((end === '' ? nowMs : Date.parse(end)) - Date.parse(start));
}

export const cronJobPrinter: Printer = {
  columns: columns(
    'Name',
    'Schedule',
    'Timezone',
    'Suspend:boolean',
    'Active:integer',
    'Last Schedule',
    'Age',
    'Containers*',
    'Images*',
    'Selector*',
  ),
  row(cronJob, nowMs) {
    const spec = at(cronJob, 'spec');
    const lastSchedule = text(at(cronJob, 'status'), 'lastScheduleTime');
    const jobSpec = at(spec, 'jobTemplate', 'spec');
    return [
      nameOf(cronJob),
      text(spec, 'schedule'),
      orNone(text(spec, 'timeZone')),
      booleanText(spec, 'suspend'),
      items(at(cronJob, 'status'), 'active').length,
      lastSchedule === '' ? none : age(lastSchedule, nowMs),
      ageOf(cronJob, nowMs),
      ...containerCells(at(jobSpec, 'template', 'spec')),
      selectorText(at(jobSpec, 'selector')),
    ];
  },
};

function booleanText(object: JsonObject | undefined, key: string): string {
  const value = field(object, key);
  if (value === undefined) return '<unset>';
  return value === true ? 'True' : 'False';
}
