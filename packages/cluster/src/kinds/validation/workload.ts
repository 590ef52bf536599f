import {
  type FieldError,
  fromLabelSelector,
  goQuote,
  invalidValue,
  type JsonObject,
  matchLabels,
  RawGoText,
  requiredValue,
  unsupportedValue,
} from '@opwright/machinery';
import { at, field, int, items, text, textEntries, texts } from '../tree.ts';
import { labelSelectorErrors } from './label-selector.ts';
import { podTemplateErrors } from './pod.ts';

/* What workloads have in common: a number of replicas, a selector and a template that fits it. */

export function nonNegative(object: JsonObject | undefined, key: string, path: string): FieldError[] {
  return int(object, key) < 0
    ? [invalidValue(`${path}.${key}`, int(object, key), 'must be greater than or equal to 0')]
    : [];
}

type UpdateCheck = (object: JsonObject, old: JsonObject) => FieldError[];

/** What both checks find. */
export function both(first: UpdateCheck, second: UpdateCheck): UpdateCheck {
  return (object, old) => [...first(object, old), ...second(object, old)];
}

/** A map as Go prints it: `map[string]string{"a":"b"}`. */
export function goStringMap(map: JsonObject | undefined): RawGoText {
  if (map === undefined) return new RawGoText('map[string]string(nil)');
  const entries = textEntries(map).map(([key, value]) => `${goQuote(key)}:${goQuote(value)}`);
  return new RawGoText(`map[string]string{${entries.join(', ')}}`);
}

/** A LabelSelector as Go prints it. */
export function goLabelSelector(selector: JsonObject | undefined): RawGoText {
  const expressions = items(selector, 'matchExpressions').map((expression) => {
    const values = texts(expression, 'values').map(goQuote).join(', ');
    const list = field(expression, 'values') === undefined ? '[]string(nil)' : `[]string{${values}}`;
    const key = goQuote(text(expression, 'key'));
    return `v1.LabelSelectorRequirement{Key:${key}, Operator:${goQuote(text(expression, 'operator'))}, Values:${list}}`;
  });
  const list = expressions.length === 0 ? '(nil)' : `{${expressions.join(', ')}}`;
  const labels = goStringMap(at(selector, 'matchLabels')).text;
  return new RawGoText(
    `v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:[]v1.LabelSelectorRequirement${list}}`,
  );
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

/** An int-or-string as Go prints it. */
export function goIntOrString(value: number | string): RawGoText {
  const [type, number, string] = typeof value === 'number' ? [0, value, ''] : [1, 0, value];
  return new RawGoText(`intstr.IntOrString{Type:${type}, IntVal:${number}, StrVal:${goQuote(string)}}`);
}

export function isZeroIntOrPercent(value: unknown): boolean {
  return value === 0 || value === '0%';
}
