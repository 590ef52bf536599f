import type { MutableObject } from '../kind.ts';
import { each, ensure, setDefault, within } from '../tree.ts';
import { setPodTemplateDefaults } from './pod-spec.ts';

/** Go's largest int32: failures are then counted per index only. */
const unlimited = 2_147_483_647;

export function setJobDefaults(job: MutableObject): void {
  const spec = ensure(job, 'spec');
  const absent = (key: string) => spec[key] === undefined || spec[key] === null;
  if (absent('completions') && absent('parallelism')) {
    spec.completions = 1;
    spec.parallelism = 1;
  }
  setDefault(spec, 'parallelism', 1);
  setDefault(spec, 'backoffLimit', absent('backoffLimitPerIndex') ? 6 : unlimited);
  spec.completionMode ??= 'NonIndexed';
  setDefault(spec, 'suspend', false);
  setDefault(spec, 'manualSelector', false);
  const failurePolicy = within(spec, 'podFailurePolicy');
  spec.podReplacementPolicy ??= failurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  for (const rule of each(failurePolicy, 'rules')) {
    for (const pattern of each(rule, 'onPodConditions')) setDefault(pattern, 'status', 'True');
  }
  copyTemplateLabels(job);
  setPodTemplateDefaults(spec);
}

/** A job without labels gets those of its pods. False when there is nothing to get. */
export function copyTemplateLabels(job: MutableObject): boolean {
  const metadata = ensure(job, 'metadata');
  const labels = within(within(within(within(job, 'spec'), 'template'), 'metadata'), 'labels');
  if (labels === undefined || Object.keys(within(metadata, 'labels') ?? {}).length > 0) return false;
  metadata.labels = { ...labels };
  return true;
}

export function setCronJobDefaults(cronJob: MutableObject): void {
  const spec = ensure(cronJob, 'spec');
  setDefault(spec, 'concurrencyPolicy', 'Allow');
  setDefault(spec, 'suspend', false);
  setDefault(spec, 'successfulJobsHistoryLimit', 3);
  setDefault(spec, 'failedJobsHistoryLimit', 1);
  const jobSpec = ensure(ensure(spec, 'jobTemplate'), 'spec');
  // Of a job's defaults only those of its pods: the rest comes when the job is created.
  for (const rule of each(within(jobSpec, 'podFailurePolicy'), 'rules')) {
    for (const pattern of each(rule, 'onPodConditions')) setDefault(pattern, 'status', 'True');
  }
  setPodTemplateDefaults(jobSpec);
}
