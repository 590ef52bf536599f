import {
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  validateDns1123Label,
} from '@opwright/machinery';
import { at, field, items, text, texts } from '../../tree.ts';
import { inRange, labelKeyErrors, textErrors } from '../checks.ts';
import { labelSelectorErrors } from '../label-selector.ts';
import { nodeSelectorErrors, nodeSelectorTermErrors } from '../node-selector.ts';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

/** Which nodes a pod wants, and next to which pods it wants to be or not. */
export function affinityErrors(affinity: JsonObject | undefined, path: string): FieldError[] {
  return [
    ...nodeAffinityErrors(at(affinity, 'nodeAffinity'), `${path}.nodeAffinity`),
    ...['podAffinity', 'podAntiAffinity'].flatMap((key) => podAffinityErrors(at(affinity, key), `${path}.${key}`)),
  ];
}

function nodeAffinityErrors(affinity: JsonObject | undefined, path: string): FieldError[] {
  const selector = at(affinity, REQUIRED);
  return [
    ...(selector === undefined ? [] : nodeSelectorErrors(selector, `${path}.${REQUIRED}`)),
    ...items(affinity, PREFERRED).flatMap((term, index) => {
      const here = `${path}.${PREFERRED}[${index}]`;
      return [...weightErrors(term, here), ...nodeSelectorTermErrors(at(term, 'preference'), `${here}.preference`)];
    }),
  ];
}

function weightErrors(term: JsonObject, path: string): FieldError[] {
  return inRange({ weight: field(term, 'weight') ?? 0 }, 'weight', path, 1, 100, 'must be in the range 1-100');
}

function podAffinityErrors(affinity: JsonObject | undefined, path: string): FieldError[] {
  return [
    ...items(affinity, REQUIRED).flatMap((term, index) => termErrors(term, `${path}.${REQUIRED}[${index}]`)),
    ...items(affinity, PREFERRED).flatMap((weighted, index) => {
      const here = `${path}.${PREFERRED}[${index}]`;
      const term = at(weighted, 'podAffinityTerm') ?? {};
      return [...weightErrors(weighted, here), ...termErrors(term, `${here}.podAffinityTerm`)];
    }),
  ];
}

function termErrors(term: JsonObject, path: string): FieldError[] {
  const topology = text(term, 'topologyKey');
  return [
    ...labelSelectorErrors(at(term, 'labelSelector'), `${path}.labelSelector`),
    ...labelSelectorErrors(at(term, 'namespaceSelector'), `${path}.namespaceSelector`),
    ...texts(term, 'namespaces').flatMap((name) => textErrors(name, `${path}.namespace`, validateDns1123Label)),
    ...labelKeyListErrors(term, path),
    ...(topology === '' ? [requiredValue(`${path}.topologyKey`, 'can not be empty')] : []),
    ...labelKeyErrors(topology, `${path}.topologyKey`),
  ];
}

/** Labels whose values of the pod itself are put into the selector. */
function labelKeyListErrors(term: JsonObject, path: string): FieldError[] {
  const selector = at(term, 'labelSelector');
  const [match, mismatch] = [texts(term, 'matchLabelKeys'), texts(term, 'mismatchLabelKeys')];
  const lists = [
    ['matchLabelKeys', match],
    ['mismatchLabelKeys', mismatch],
  ] as const;
  const errors = lists.flatMap(([key, names]) => {
    const here = `${path}.${key}`;
    if (names.length === 0) return [];
    if (selector === undefined) {
      return [forbiddenValue(here, 'must not be specified when labelSelector is not set')];
    }
    return names.flatMap((name, index) => labelKeyErrors(name, `${here}[${index}]`));
  });
  // Creating the pod has put each key into the selector once.
  const selected = new Set(Object.keys(at(selector, 'matchLabels') ?? {}));
  for (const expression of items(selector, 'matchExpressions')) {
    const key = text(expression, 'key');
    if (match.includes(key) && selected.has(key)) {
      const why = 'exists in both matchLabelKeys and labelSelector';
      errors.push(invalidValue(`${path}[${match.lastIndexOf(key)}]`, key, why));
    }
    selected.add(key);
  }
  for (const [index, key] of match.entries()) {
    if (!mismatch.includes(key)) continue;
    const why = 'exists in both matchLabelKeys and mismatchLabelKeys';
    errors.push(invalidValue(`${path}.matchLabelKeys[${index}]`, key, why));
  }
  return errors;
}
