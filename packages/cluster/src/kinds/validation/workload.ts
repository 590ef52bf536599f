import {
  type FieldError,
  fromLabelSelector,
  invalidValue,
  type JsonObject,
  matchLabels,
  requiredValue,
  unsupportedValue,
} from '@opwright/machinery';
import { at, field, items, text, textEntries, texts } from '../tree.ts';
import { goIntOrString, goLabelSelector, goStringMap } from './go-values.ts';
import { labelSelectorErrors } from './label-selector.ts';
import { podTemplateErrors } from './pod/pod.ts';

/* What workloads have in common: a number of replicas, a selector and a template that fits it. */

type UpdateCheck = (object: JsonObject, old: JsonObject) => FieldError[];

/** What both checks find. */
export function both(first: UpdateCheck, second: UpdateCheck): UpdateCheck {
  return (object, old) => [...first(object, old), ...second(object, old)];
}

/** `spec.selector` of a workload: there, not empty, well formed. */
export function workloadSelectorErrors(spec: JsonObject | undefined, workload: string): FieldError[] {
  const selector = at(spec, 'selector');
  if (selector === undefined) return [requiredValue('spec.selector')];
  const errors = labelSelectorErrors(selector, 'spec.selector');
  if (textEntries(at(selector, 'matchLabels')).length + items(selector, 'matchExpressions').length === 0) {
    errors.push(invalidValue('spec.selector', goLabelSelector(selector), `empty selector is invalid for ${workload}`));
  }
  return errors;
}

/** Pods of the template must be found by the selector. */
export function workloadLabelErrors(spec: JsonObject | undefined): FieldError[] {
  const labels = at(spec, 'template', 'metadata', 'labels');
  if (selects(at(spec, 'selector'), labels)) return [];
  const detail = '`selector` does not match template `labels`';
  return [invalidValue('spec.template.metadata.labels', goStringMap(labels), detail)];
}

/** A template of pods that are found by the selector and live for ever. */
export function workloadTemplateErrors(spec: JsonObject | undefined): FieldError[] {
  const podSpec = at(spec, 'template', 'spec') ?? {};
  const path = 'spec.template.spec';
  const errors = [...workloadLabelErrors(spec), ...podTemplateErrors(at(spec, 'template'), 'spec.template')];
  const policy = text(podSpec, 'restartPolicy');
  const known = ['Always', 'OnFailure', 'Never'].includes(policy);
  if (policy !== 'Always' && policy !== '' && known) {
    errors.push(unsupportedValue(`${path}.restartPolicy`, policy, ['Always']));
  }
  return errors;
}

/** False for an absent or malformed selector, which is reported where it stands. */
export function selects(selector: JsonObject | undefined, labels: JsonObject | undefined): boolean {
  if (selector === undefined) return false;
  try {
    const parsed = fromLabelSelector({
      matchLabels: Object.fromEntries(textEntries(at(selector, 'matchLabels'))),
      matchExpressions: items(selector, 'matchExpressions').map((expression) => ({
        key: text(expression, 'key'),
        operator: text(expression, 'operator'),
        values: texts(expression, 'values'),
      })),
    });
    return matchLabels(parsed, Object.fromEntries(textEntries(labels)));
  } catch {
    return true;
  }
}

/** `25%` or a number: what is wrong with it, if anything. */
export function intOrPercentErrors(object: JsonObject | undefined, key: string, path: string): FieldError[] {
  const value = field(object, key);
  const here = `${path}.${key}`;
  if (typeof value === 'number') {
    return value < 0 ? [invalidValue(here, goIntOrString(value), 'must be greater than or equal to 0')] : [];
  }
  if (typeof value !== 'string' || /^[0-9]+%$/.test(value)) return [];
  return [
    invalidValue(
      here,
      goIntOrString(value),
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ),
  ];
}

export function isZeroIntOrPercent(value: unknown): boolean {
  return value === 0 || value === '0%';
}
