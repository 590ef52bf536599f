import type { JsonObject } from '@opwright/machinery';
import { at, items, text } from '../tree.ts';

/** Labels of nodes that have other names now. */
const deprecated: ReadonlyMap<string, string> = new Map([
  ['beta.kubernetes.io/arch', 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ['beta.kubernetes.io/os', 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  ['failure-domain.beta.kubernetes.io/region', 'deprecated since v1.17; use "topology.kubernetes.io/region" instead'],
  ['failure-domain.beta.kubernetes.io/zone', 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'],
  ['beta.kubernetes.io/instance-type', 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  ['scheduler.alpha.kubernetes.io/preferAvoidPods', 'deprecated since v1.22; use Taints and Tolerations instead'],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
]);

/** @param path of what names the label */
export function labelWarnings(label: string, path: string): string[] {
  const why = deprecated.get(label);
  return why === undefined ? [] : [`${path}: ${why}`];
}

/** A label in a place that does not show it. */
export function namedLabelWarnings(label: string, path: string): string[] {
  const why = deprecated.get(label);
  return why === undefined ? [] : [`${path}: ${label} is ${why}`];
}

export function nodeSelectorTermWarnings(term: JsonObject | undefined, path: string): string[] {
  return items(term, 'matchExpressions').flatMap((expression, index) =>
    namedLabelWarnings(text(expression, 'key'), `${path}.matchExpressions[${index}].key`),
  );
}

export function labelSelectorWarnings(selector: JsonObject | undefined, path: string): string[] {
  return [
    ...nodeSelectorTermWarnings(selector, path),
    ...Object.keys(at(selector, 'matchLabels') ?? {}).flatMap((label) =>
      labelWarnings(label, `${path}.matchLabels.${label}`),
    ),
  ];
}
