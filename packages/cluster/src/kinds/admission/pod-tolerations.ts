import { deepEqual, isPlainObject, type JsonObject, JsonSyntaxError, parseJson, plainJson } from '@opwright/machinery';
import type { AdmissionAttributes, AdmissionPlugin } from '../../api/admission/admission.ts';
import { rawError } from '../../api/errors.ts';
import { qosClass } from '../strategy/pod.ts';
import { asJson, at, ensure, field, int, items, text } from '../tree.ts';
import type { Lookup } from './lookup.ts';

/** Of namespaces that say nothing. */
export interface PodTolerationDefaults {
  /** What pods tolerate beside their own. */
  readonly default?: readonly JsonObject[];
  /** What pods may tolerate at most. */
  readonly whitelist?: readonly JsonObject[];
}

const DEFAULTS = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const WHITELIST = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';

/** Pods tolerate what their namespace says, and no more than it allows (PodTolerationRestriction). */
export function podTolerationRestriction(lookup: Lookup, cluster: PodTolerationDefaults = {}): AdmissionPlugin {
  const ofNamespace = (namespace: string, annotation: string): readonly JsonObject[] | undefined => {
    const annotations = at(lookup.get('namespaces', '', namespace), 'metadata', 'annotations');
    const value = field(annotations, annotation);
    if (value === undefined) return undefined;
    return value === '' ? [] : parse(String(value));
  };

  const check = ({ namespace }: AdmissionAttributes, pod: JsonObject): void => {
    const own = items(at(pod, 'spec'), 'tolerations');
    if (own.length === 0) return;
    const named = ofNamespace(namespace, WHITELIST);
    const allowed = named ?? cluster.whitelist ?? [];
    if (allowed.length === 0 || own.every((one) => allowed.some((wide) => isSuperset(wide, one)))) return;
    const scope = named === undefined ? 'cluster' : 'namespace';
    throw rawError(
      `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${scope} whitelist`,
    );
  };

  return {
    name: 'PodTolerationRestriction',
    mutate(attributes, pod) {
      if (!isPod(attributes) || pod === undefined) return;
      const spec = ensure(pod, 'spec');
      const isNew = attributes.operation === 'CREATE';
      const more = isNew ? [...(ofNamespace(attributes.namespace, DEFAULTS) ?? cluster.default ?? [])] : [];
      if (qosClass(asJson(pod)) !== 'BestEffort') {
        more.push({ key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' });
      }
      if (more.length > 0) spec.tolerations = merge([...items(asJson(spec), 'tolerations'), ...more]);
      check(attributes, asJson(pod));
    },
    validate(attributes, pod) {
      if (isPod(attributes) && pod !== undefined) check(attributes, pod);
    },
  };
}

const isPod = ({ operation, kind, subresource }: AdmissionAttributes) =>
  (operation === 'CREATE' || operation === 'UPDATE') && kind.storage === 'pods' && subresource === '';

/** What is part of another one is left out; of equal ones the first stays. */
function merge(all: readonly JsonObject[]): JsonObject[] {
  const merged: JsonObject[] = [];
  for (const [index, one] of all.entries()) {
    const later = all.slice(index + 1).some((other) => !deepEqual(other, one) && isSuperset(other, one));
    if (!later && !merged.some((other) => isSuperset(other, one))) merged.push(one);
  }
  return merged;
}

/** Whether `wide` tolerates all that `narrow` does. */
function isSuperset(wide: JsonObject, narrow: JsonObject): boolean {
  if (deepEqual(wide, narrow)) return true;
  const differs = (key: string) => text(wide, key) !== text(narrow, key);
  const operator = text(wide, 'operator');
  if (differs('key') && (text(wide, 'key') !== '' || operator !== 'Exists')) return false;
  if (differs('effect') && text(wide, 'effect') !== '') return false;
  if (text(wide, 'effect') === 'NoExecute' && field(wide, 'tolerationSeconds') !== undefined) {
    const seconds = field(narrow, 'tolerationSeconds');
    if (seconds === undefined || int(narrow, 'tolerationSeconds') > int(wide, 'tolerationSeconds')) return false;
  }
  if (operator === 'Exists') return true;
  return (operator === 'Equal' || operator === '') && text(narrow, 'operator') === 'Equal' && !differs('value');
}

/** @throws StatusError in the words of Go's decoder */
function parse(json: string): JsonObject[] {
  try {
    const { value } = parseJson(json);
    if (Array.isArray(value)) return (plainJson(value) as unknown[]).filter(isPlainObject) as JsonObject[];
    throw rawError('json: cannot unmarshal object into Go value of type []v1.Toleration');
  } catch (error) {
    throw error instanceof JsonSyntaxError ? rawError(error.message) : error;
  }
}
