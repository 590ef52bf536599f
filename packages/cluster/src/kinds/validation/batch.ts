import { type FieldError, invalidValue, type JsonObject, requiredValue } from '@opwright/machinery';
import { at, field, text } from '../tree.ts';
import { nonNegative, oneOf } from './checks.ts';
import { goLabelSelector, goStringMap } from './go-values.ts';
import { immutable } from './immutable.ts';
import { podTemplateErrors } from './pod/pod.ts';
import { selects, workloadLabelErrors } from './workload.ts';

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
];

function jobSpecErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const errors = counts.flatMap((key) => nonNegative(spec, key, path));
  errors.push(...oneOf(spec, 'completionMode', path, ['NonIndexed', 'Indexed']));
  if (text(spec, 'completionMode') === 'Indexed' && field(spec, 'completions') === undefined) {
    errors.push(requiredValue(`${path}.completions`, 'when completion mode is Indexed'));
  }
  errors.push(...oneOf(spec, 'podReplacementPolicy', path, ['Failed', 'TerminatingOrFailed']));
  const podSpec = at(spec, 'template', 'spec') ?? {};
  errors.push(...podTemplateErrors(at(spec, 'template'), `${path}.template`));
  const policy = text(podSpec, 'restartPolicy');
  if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(requiredValue(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  }
  return errors;
}

export function validateJob(job: JsonObject, old?: JsonObject): FieldError[] {
  return [...generatedSelectorErrors(job, old ?? job), ...wholeSpecErrors(job)];
}

const legacyLabels = ['controller-uid', 'job-name'];
const prefixedLabels = legacyLabels.map((label) => `batch.kubernetes.io/${label}`);

/** A job that leaves its selector to the server finds exactly its own pods. Old ones have no prefix in their labels. */
function generatedSelectorErrors(job: JsonObject, old: JsonObject): FieldError[] {
  const spec = at(job, 'spec');
  const selector = at(spec, 'selector');
  if (field(spec, 'manualSelector') === true || selector === undefined) return [];
  const labels = at(spec, 'template', 'metadata', 'labels');
  const isNew =
    field(at(old, 'spec', 'template', 'metadata', 'labels'), prefixedLabels[0]!) !== undefined || old === job;
  const metadata = at(job, 'metadata');
  const expected = (isNew ? [...legacyLabels, ...prefixedLabels] : legacyLabels).map(
    (label) => [label, text(metadata, label.endsWith('uid') ? 'uid' : 'name')] as const,
  );
  const errors = expected.flatMap(([label, value]) => generatedLabelErrors(labels, label, value));
  if (!selects(selector, Object.fromEntries(expected))) {
    errors.push(invalidValue('spec.selector', goLabelSelector(selector), '`selector` not auto-generated'));
  }
  return errors;
}

function generatedLabelErrors(labels: JsonObject | undefined, label: string, value: string): FieldError[] {
  const path = `spec.template.metadata.labels[${label}]`;
  const found = field(labels, label);
  if (found === undefined) return [requiredValue(path, `must be '${value}'`)];
  return found === value ? [] : [invalidValue(path, goStringMap(labels), `must be '${value}'`)];
}

function wholeSpecErrors(job: JsonObject): FieldError[] {
  const spec = at(job, 'spec');
  const selector = at(spec, 'selector');
  return [
    ...(selector === undefined ? [requiredValue('spec.selector')] : []),
    ...workloadLabelErrors(spec),
    ...jobSpecErrors(spec, 'spec'),
  ];
}

export function validateJobUpdate(job: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(job, 'spec'), at(old, 'spec')];
  return [
    ...wholeSpecErrors(job),
    ...completionsErrors(spec, before),
    ...immutable(spec, before, 'selector', 'spec.', (value) =>
      value === undefined ? 'null' : goLabelSelector(at(spec, 'selector')),
    ),
    ...templateErrors(job, old),
    ...immutable(spec, before, 'completionMode', 'spec.'),
    ...immutable(spec, before, 'podFailurePolicy', 'spec.'),
    ...immutable(spec, before, 'backoffLimitPerIndex', 'spec.'),
    ...immutable(spec, before, 'managedBy', 'spec.'),
    ...immutable(spec, before, 'successPolicy', 'spec.'),
  ];
}

/** Indexed jobs grow and shrink by changing completions and parallelism together. */
function completionsErrors(spec: JsonObject | undefined, before: JsonObject | undefined): FieldError[] {
  const elastic =
    text(spec, 'completionMode') === 'Indexed' && field(spec, 'completions') === field(spec, 'parallelism');
  return elastic ? [] : immutable(spec, before, 'completions', 'spec.');
}

const scheduling = ['nodeSelector', 'affinity', 'tolerations', 'schedulingGates'];

/** A suspended job that has not started may still be told where to run. */
function templateErrors(job: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(job, 'spec'), at(old, 'spec')];
  const startable = field(before, 'suspend') === true && text(at(old, 'status'), 'startTime') === '';
  const fixed = (of: JsonObject | undefined): JsonObject => {
    const template = at(of, 'template') ?? {};
    if (!startable) return { template };
    const podSpec = Object.entries(at(template, 'spec') ?? {}).filter(([key]) => !scheduling.includes(key));
    const { annotations: _annotations, labels: _labels, ...metadata } = at(template, 'metadata') ?? {};
    return { template: { metadata, spec: Object.fromEntries(podSpec) } };
  };
  return immutable(fixed(spec), fixed(before), 'template', 'spec.');
}

const longestCronJobName = 52;

export function validateCronJob(cronJob: JsonObject): FieldError[] {
  const spec = at(cronJob, 'spec');
  const errors: FieldError[] = [];
  const name = text(at(cronJob, 'metadata'), 'name');
  const schedule = text(spec, 'schedule');
  if (schedule === '') errors.push(requiredValue('spec.schedule'));
  else errors.push(...scheduleErrors(schedule));
  errors.push(...nonNegative(spec, 'startingDeadlineSeconds', 'spec'));
  errors.push(...oneOf(spec, 'concurrencyPolicy', 'spec', ['Allow', 'Forbid', 'Replace']));
  errors.push(...nonNegative(spec, 'successfulJobsHistoryLimit', 'spec'));
  errors.push(...nonNegative(spec, 'failedJobsHistoryLimit', 'spec'));
  errors.push(...jobSpecErrors(at(spec, 'jobTemplate', 'spec'), 'spec.jobTemplate.spec'));
  if (name.length > longestCronJobName) {
    errors.push(invalidValue('metadata.name', name, 'must be no more than 52 characters'));
  }
  return errors;
}

function scheduleErrors(schedule: string): FieldError[] {
  if (schedule.startsWith('@')) return [];
  if (schedule.includes('TZ')) {
    const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    return [invalidValue('spec.schedule', schedule, detail)];
  }
  const fields = schedule.split(/\s+/).filter((part) => part !== '');
  if (fields.length === 5) return [];
  const detail = `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  return [invalidValue('spec.schedule', schedule, detail)];
}
