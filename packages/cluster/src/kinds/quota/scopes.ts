import type { JsonObject } from '@opwright/machinery';
import { qosClass } from '../strategy/pod.ts';
import { at, field, items, text, texts } from '../tree.ts';

/** A condition on the pods that a quota is about. */
interface Scope {
  readonly name: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** Whether a quota's scopes let it count a pod. */
export function podInScopes(quota: JsonObject, pod: JsonObject): boolean {
  return scopesOf(quota).every((scope) => matches(scope, pod));
}

/** Whether a quota counts only some pods, and so nothing else. */
export function hasScopes(quota: JsonObject): boolean {
  return scopesOf(quota).length > 0;
}

function scopesOf(quota: JsonObject): readonly Scope[] {
  const spec = at(quota, 'spec');
  return [
    ...texts(spec, 'scopes').map((name) => ({ name, operator: 'Exists', values: [] })),
    ...items(at(spec, 'scopeSelector'), 'matchExpressions').map((expression) => ({
      name: text(expression, 'scopeName'),
      operator: text(expression, 'operator'),
      values: texts(expression, 'values'),
    })),
  ];
}

function matches({ name, operator, values }: Scope, pod: JsonObject): boolean {
  const spec = at(pod, 'spec');
  switch (name) {
    case 'Terminating':
      return isTerminating(spec);
    case 'NotTerminating':
      return !isTerminating(spec);
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass':
      return hasPriority(text(spec, 'priorityClassName'), operator, values);
    case 'CrossNamespacePodAffinity':
      return usesOtherNamespaces(at(spec, 'affinity'));
    default:
      return false;
  }
}

function isTerminating(spec: JsonObject | undefined): boolean {
  const seconds = field(spec, 'activeDeadlineSeconds');
  return typeof seconds === 'number' && seconds >= 0;
}

function isBestEffort(pod: JsonObject): boolean {
  return (text(at(pod, 'status'), 'qosClass') || qosClass(pod)) === 'BestEffort';
}

function hasPriority(name: string, operator: string, values: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return name !== '' && values.includes(name);
    case 'NotIn':
      return !values.includes(name) || name === '';
    case 'DoesNotExist':
      return name === '';
    default:
      return name !== '';
  }
}

function usesOtherNamespaces(affinity: JsonObject | undefined): boolean {
  return ['podAffinity', 'podAntiAffinity'].some((key) => {
    const kind = at(affinity, key);
    const terms = [
      ...items(kind, 'requiredDuringSchedulingIgnoredDuringExecution'),
      ...items(kind, 'preferredDuringSchedulingIgnoredDuringExecution').map((term) => at(term, 'podAffinityTerm')),
    ];
    return terms.some((term) => texts(term, 'namespaces').length > 0 || at(term, 'namespaceSelector') !== undefined);
  });
}
