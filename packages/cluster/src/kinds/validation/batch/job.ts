import {
  deepEqual,
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateDns1123Label,
  valueTooLong,
} from '@opwright/machinery';
import { at, bool, field, int, text } from '../../tree.ts';
import { domainPathErrors, nonNegative, presentOneOf } from '../checks.ts';
import { goLabelSelector, goStringMap, goStruct } from '../go-values.ts';
import { immutable } from '../immutable.ts';
import { labelSelectorErrors } from '../label-selector.ts';
import { podTemplateErrors } from '../pod/pod.ts';
import { selects, workloadLabelErrors } from '../workload.ts';
import { indexErrors } from './indexes.ts';
import { failurePolicyErrors, successPolicyErrors } from './policies.ts';

const counts = [
  ...['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'],
  ...['backoffLimitPerIndex', 'maxFailedIndexes'],
];

/** What is wrong with a JobSpec: of a job, or of a template of one, which has no selector. */
export function jobSpecErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const isIndexed = text(spec, 'completionMode') === 'Indexed';
  const isSet = (key: string) => field(spec, key) !== undefined;
  const errors = counts.flatMap((key) => nonNegative(spec, key, path));
  if (isSet('maxFailedIndexes') && !isSet('backoffLimitPerIndex')) {
    errors.push(requiredValue(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  if (isSet('managedBy')) errors.push(...managerErrors(text(spec, 'managedBy'), `${path}.managedBy`));
  errors.push(...presentOneOf(spec, 'completionMode', path, ['NonIndexed', 'Indexed']));
  if (isIndexed) errors.push(...indexErrors(spec, path));
  if (!isSet('completionMode') || text(spec, 'completionMode') === 'NonIndexed') {
    const foreign = ['backoffLimitPerIndex', 'maxFailedIndexes'].filter(isSet);
    errors.push(
      ...foreign.map((key) => invalidValue(`${path}.${key}`, field(spec, key), 'requires indexed completion mode')),
    );
  }
  return [
    ...errors,
    ...failurePolicyErrors(spec, `${path}.podFailurePolicy`),
    ...successPolicyErrors(spec, `${path}.successPolicy`),
    ...replacementErrors(spec, path),
    ...podTemplateErrors(at(spec, 'template'), `${path}.template`),
    ...restartErrors(spec, `${path}.template.spec.restartPolicy`),
  ];
}

const LONGEST_MANAGER = 63;

/** Who works on the job. */
function managerErrors(name: string, path: string): FieldError[] {
  const errors = domainPathErrors(name, path);
  return name.length > LONGEST_MANAGER ? [...errors, valueTooLong(path, LONGEST_MANAGER)] : errors;
}

function replacementErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const isFixed = at(spec, 'podFailurePolicy') !== undefined;
  return presentOneOf(spec, 'podReplacementPolicy', path, isFixed ? ['Failed'] : ['Failed', 'TerminatingOrFailed']);
}

function restartErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const policy = text(at(spec, 'template', 'spec'), 'restartPolicy');
  if (policy === 'Always' || policy === '') return [requiredValue(path, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [unsupportedValue(path, policy, ['OnFailure', 'Never'])];
  if (policy === 'Never' || at(spec, 'podFailurePolicy') === undefined) return [];
  return [invalidValue(path, policy, 'only "Never" is supported when podFailurePolicy is specified')];
}

export function validateJob(job: JsonObject, old?: JsonObject): FieldError[] {
  return [...generatedSelectorErrors(job, old ?? job), ...wholeSpecErrors(job), ...hostnameErrors(job)];
}

/** Pods of indexes are hosts. */
function hostnameErrors(job: JsonObject): FieldError[] {
  const spec = at(job, 'spec');
  const count = int(spec, 'completions');
  const name = text(at(job, 'metadata'), 'name');
  if (text(spec, 'completionMode') !== 'Indexed' || count <= 0) return [];
  const host = `${name}-${count - 1}`;
  if (validateDns1123Label(host).length === 0) return [];
  return [invalidValue('metadata.name', name, `will not able to create pod with invalid DNS label: ${host}`)];
}

const legacyLabels = ['controller-uid', 'job-name'];
const prefixedLabels = legacyLabels.map((label) => `batch.kubernetes.io/${label}`);

/** A job that leaves its selector to the server finds exactly its own pods. Old ones have no prefix in their labels. */
function generatedSelectorErrors(job: JsonObject, old: JsonObject): FieldError[] {
  const spec = at(job, 'spec');
  const selector = at(spec, 'selector');
  if (bool(spec, 'manualSelector') || selector === undefined) return [];
  const labels = at(spec, 'template', 'metadata', 'labels');
  const oldLabels = at(old, 'spec', 'template', 'metadata', 'labels');
  const isNew = old === job || prefixedLabels.every((label) => field(oldLabels, label) !== undefined);
  const metadata = at(job, 'metadata');
  const expected = (isNew ? [...legacyLabels, ...prefixedLabels] : legacyLabels).map(
    (label) => [label, text(metadata, label.endsWith('uid') ? 'uid' : 'name')] as const,
  );
  const errors = expected.flatMap(([label, value]) => generatedLabelErrors(labels, label, value));
  if (selects(selector, Object.fromEntries(expected)) === false) {
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
    ...jobSpecErrors(spec, 'spec'),
    ...(selector === undefined ? [requiredValue('spec.selector')] : labelSelectorErrors(selector, 'spec.selector')),
    ...workloadLabelErrors(spec),
  ];
}

export function validateJobUpdate(job: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(job, 'spec'), at(old, 'spec')];
  const struct = (type: string) => (value: unknown) => (value === undefined ? 'null' : goStruct(type));
  return [
    ...wholeSpecErrors(job),
    ...completionsErrors(spec, before),
    ...immutable(spec, before, 'selector', 'spec.', (value) =>
      value === undefined ? 'null' : goLabelSelector(at(spec, 'selector')),
    ),
    ...templateErrors(job, old),
    ...immutable(spec, before, 'completionMode', 'spec.'),
    ...immutable(spec, before, 'podFailurePolicy', 'spec.', struct('batch.PodFailurePolicy')),
    ...immutable(spec, before, 'backoffLimitPerIndex', 'spec.'),
    ...immutable(spec, before, 'managedBy', 'spec.'),
    ...immutable(spec, before, 'successPolicy', 'spec.', struct('batch.SuccessPolicy')),
  ];
}

/** Indexed jobs grow and shrink by changing completions and parallelism together. */
function completionsErrors(spec: JsonObject | undefined, before: JsonObject | undefined): FieldError[] {
  if (text(spec, 'completionMode') !== 'Indexed') return immutable(spec, before, 'completions', 'spec.');
  const count = field(spec, 'completions');
  if (count === undefined || deepEqual(count, field(before, 'completions'))) return [];
  if (int(spec, 'completions') === int(spec, 'parallelism')) return [];
  return [invalidValue('spec.completions', count, 'can only be modified in tandem with spec.parallelism')];
}

const scheduling = ['nodeSelector', 'tolerations', 'schedulingGates'];

/** A suspended job that has not started may still be told where to run. */
function templateErrors(job: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(job, 'spec'), at(old, 'spec')];
  const isStartable = bool(before, 'suspend') && text(at(old, 'status'), 'startTime') === '';
  const fixed = (of: JsonObject | undefined): JsonObject => {
    const template = at(of, 'template') ?? {};
    if (!isStartable) return { template };
    const podSpec = Object.entries(at(template, 'spec') ?? {}).filter(([key]) => !scheduling.includes(key));
    const { annotations: _annotations, labels: _labels, ...metadata } = at(template, 'metadata') ?? {};
    const { nodeAffinity: _nodes, ...affinity } = at(template, 'spec', 'affinity') ?? {};
    const others = Object.keys(affinity).length === 0 ? null : affinity;
    return { template: { metadata, spec: { ...Object.fromEntries(podSpec), affinity: others } } };
  };
  return immutable(fixed(spec), fixed(before), 'template', 'spec.', () => goStruct('core.PodTemplateSpec'));
}
