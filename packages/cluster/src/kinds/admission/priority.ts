import type { JsonObject } from '@opwright/machinery';
import { type AdmissionAttributes, type AdmissionPlugin, refused } from '../../api/admission/admission.ts';
import type { MutableObject } from '../kind.ts';
import { asJson, at, bool, ensure, field, int, text } from '../tree.ts';
import type { Lookup } from './lookup.ts';

const storage = 'priorityclasses.scheduling.k8s.io';

/**
 * A pod's priority is the number that its class stands for; one class at most is the default (Priority).
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
 */
export function priorityAdmission(lookup: Lookup): AdmissionPlugin {
  return {
    name: 'Priority',
    mutate(attributes, pod) {
      const { operation, kind, subresource, old } = attributes;
      if (kind.storage !== 'pods' || subresource !== '' || pod === undefined) return;
      if (operation === 'CREATE') setPriority(attributes, pod, lookup);
      if (operation === 'UPDATE' && old !== undefined) keepPriority(pod, old);
    },
    validate(attributes, priorityClass) {
      const { operation, kind, subresource, name } = attributes;
      if (kind.storage !== storage || subresource !== '' || !bool(priorityClass, 'globalDefault')) return;
      const known = text(at(defaultClass(lookup), 'metadata'), 'name');
      if (known === '' || (operation !== 'CREATE' && known === name)) return;
      const why = `PriorityClass ${known} is already marked as default. Only one default can exist`;
      throw refused(attributes, priorityClass, why);
    },
  };
}

function setPriority(attributes: AdmissionAttributes, pod: MutableObject, lookup: Lookup): void {
  const spec = ensure(pod, 'spec');
  const wanted = text(asJson(spec), 'priorityClassName');
  const priorityClass = wanted === '' ? defaultClass(lookup) : lookup.get(storage, '', wanted);
  const refuse = (why: string) => refused(attributes, asJson(pod), why);
  if (wanted !== '' && priorityClass === undefined) throw refuse(`no PriorityClass with name ${wanted} was found`);
  const computed = (what: string, given: unknown, value: string | number) =>
    refuse(
      `the ${what} (${String(given)}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  const value = int(priorityClass, 'value');
  const { priority, preemptionPolicy } = spec;
  if (priority !== undefined && priority !== value) throw computed('integer value of priority', priority, value);
  const policy = priorityClass === undefined ? 'PreemptLowerPriority' : text(priorityClass, 'preemptionPolicy');
  if (policy !== '' && preemptionPolicy !== undefined && preemptionPolicy !== policy) {
    throw computed('string value of PreemptionPolicy', preemptionPolicy, policy);
  }
  if (priorityClass !== undefined) spec.priorityClassName = text(at(priorityClass, 'metadata'), 'name');
  spec.priority = value;
  if (policy !== '') spec.preemptionPolicy = policy;
}

/** Clients that do not know these fields do not mean to take them away. */
function keepPriority(pod: MutableObject, old: JsonObject): void {
  const spec = ensure(pod, 'spec');
  for (const key of ['priority', 'preemptionPolicy']) {
    const before = field(at(old, 'spec'), key);
    if (spec[key] === undefined && before !== undefined) spec[key] = before;
  }
}

/** Of several default classes the lowest counts. */
function defaultClass(lookup: Lookup): JsonObject | undefined {
  let found: JsonObject | undefined;
  for (const priorityClass of lookup.list(storage)) {
    if (!bool(priorityClass, 'globalDefault')) continue;
    if (found === undefined || int(priorityClass, 'value') < int(found, 'value')) found = priorityClass;
  }
  return found;
}
