import {
  type FieldError,
  forbiddenValue,
  fromLabelSelector,
  invalidValue,
  type JsonObject,
  matchLabels,
  requiredValue,
  unsupportedValue,
} from '@opwright/machinery';
import { at, field, items, text, textEntries, texts } from '../tree.ts';
import { goLabelSelector, goStringMap } from './go-values.ts';
import { labelSelectorErrors } from './label-selector.ts';
import { podTemplateErrors } from './pod/pod.ts';

/* What workloads have in common: a selector and a template that fits it. */

type UpdateCheck = (object: JsonObject, old: JsonObject) => FieldError[];

/** What all checks find. */
export function all(...checks: readonly UpdateCheck[]): UpdateCheck {
  return (object, old) => checks.flatMap((check) => check(object, old));
}

/** `spec.selector` of a workload: there, not empty, well formed. */
export function workloadSelectorErrors(spec: JsonObject | undefined, workload: string): FieldError[] {
  const selector = at(spec, 'selector');
  if (selector === undefined) return [requiredValue('spec.selector')];
  return [...labelSelectorErrors(selector, 'spec.selector'), ...emptySelectorErrors(selector, workload)];
}

/** A selector that is there chooses. */
export function emptySelectorErrors(selector: JsonObject | undefined, workload: string): FieldError[] {
  if (selector === undefined || !isEmpty(selector)) return [];
  return [invalidValue('spec.selector', goLabelSelector(selector), `empty selector is invalid for ${workload}`)];
}

function isEmpty(selector: JsonObject): boolean {
  return textEntries(at(selector, 'matchLabels')).length + items(selector, 'matchExpressions').length === 0;
}

/** Pods of the template must be found by the selector, if it makes sense. */
export function workloadLabelErrors(spec: JsonObject | undefined): FieldError[] {
  const labels = at(spec, 'template', 'metadata', 'labels');
  if (selects(at(spec, 'selector'), labels) !== false) return [];
  const detail = '`selector` does not match template `labels`';
  return [invalidValue('spec.template.metadata.labels', goStringMap(labels), detail)];
}

/**
 * A template of pods that are found by the selector and live for ever; not looked at when the selector makes no sense.
 * @param whose `ReplicaSet`: whose pods they are, in messages
 * @param check of the template
 */
export function workloadTemplateErrors(
  spec: JsonObject | undefined,
  whose: string,
  check: (template: JsonObject | undefined, path: string) => FieldError[] = podTemplateErrors,
): FieldError[] {
  return [
    ...workloadLabelErrors(spec),
    ...check(at(spec, 'template'), 'spec.template'),
    ...everlastingErrors(at(spec, 'template', 'spec'), whose),
  ];
}

export function everlastingErrors(podSpec: JsonObject | undefined, whose: string): FieldError[] {
  const path = 'spec.template.spec';
  const policy = text(podSpec, 'restartPolicy');
  const hasEnd = field(podSpec, 'activeDeadlineSeconds') !== undefined;
  return [
    ...(policy === 'Always' ? [] : [unsupportedValue(`${path}.restartPolicy`, policy, ['Always'])]),
    ...(hasEnd
      ? [forbiddenValue(`${path}.activeDeadlineSeconds`, `activeDeadlineSeconds in ${whose} is not Supported`)]
      : []),
  ];
}

/** Undefined for a selector that makes no sense, false for none. */
export function selects(selector: JsonObject | undefined, labels: JsonObject | undefined): boolean | undefined {
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
    return undefined;
  }
}
