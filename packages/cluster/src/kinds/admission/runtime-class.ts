import { deepEqual, type JsonObject } from '@opwright/machinery';
import { type AdmissionAttributes, type AdmissionPlugin, refused } from '../../api/admission/admission.ts';
import type { MutableObject } from '../kind.ts';
import { asJson, at, ensure, field, items, text, textEntries } from '../tree.ts';
import type { Lookup } from './lookup.ts';

/**
 * What a pod's runtime costs and where it runs is said by its class (RuntimeClass).
 *
 * @see https://kubernetes.io/docs/concepts/containers/runtime-class/
 */
export function runtimeClassAdmission(lookup: Lookup): AdmissionPlugin {
  const classOf = (attributes: AdmissionAttributes, pod: JsonObject): JsonObject | undefined => {
    const name = field(at(pod, 'spec'), 'runtimeClassName');
    if (typeof name !== 'string') return undefined;
    const found = lookup.get('runtimeclasses.node.k8s.io', '', name);
    if (found === undefined) throw refused(attributes, pod, `pod rejected: RuntimeClass "${name}" not found`);
    return found;
  };
  const isNewPod = ({ operation, kind, subresource }: AdmissionAttributes) =>
    operation === 'CREATE' && kind.storage === 'pods' && subresource === '';
  return {
    name: 'RuntimeClass',
    mutate(attributes, pod) {
      if (pod === undefined || !isNewPod(attributes)) return;
      const runtimeClass = classOf(attributes, asJson(pod));
      if (runtimeClass === undefined) return;
      setOverhead(attributes, pod, at(runtimeClass, 'overhead'));
      setScheduling(attributes, pod, at(runtimeClass, 'scheduling'));
    },
    validate(attributes, pod) {
      if (pod === undefined || !isNewPod(attributes)) return;
      const defined = at(classOf(attributes, pod), 'overhead');
      const own = at(pod, 'spec', 'overhead') ?? {};
      if (defined !== undefined) {
        if (!deepEqual(at(defined, 'podFixed') ?? {}, own)) throw refused(attributes, pod, MISMATCH);
      } else if (Object.keys(own).length > 0) {
        const why = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';
        throw refused(attributes, pod, why);
      }
    },
  };
}

const MISMATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function setOverhead(attributes: AdmissionAttributes, pod: MutableObject, overhead: JsonObject | undefined): void {
  if (overhead === undefined) return;
  const fixed = at(overhead, 'podFixed') ?? {};
  const own = at(asJson(pod), 'spec', 'overhead') ?? {};
  if (Object.keys(own).length > 0 && !deepEqual(own, fixed)) throw refused(attributes, asJson(pod), MISMATCH);
  if (Object.keys(fixed).length > 0) ensure(pod, 'spec').overhead = { ...fixed };
}

function setScheduling(attributes: AdmissionAttributes, pod: MutableObject, scheduling: JsonObject | undefined): void {
  if (scheduling === undefined) return;
  const spec = ensure(pod, 'spec');
  for (const [key, value] of textEntries(at(scheduling, 'nodeSelector'))) {
    const selector = ensure(spec, 'nodeSelector');
    const own = selector[key];
    if (own !== undefined && own !== value) {
      const why = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${String(own)}`;
      throw refused(attributes, asJson(pod), why);
    }
    selector[key] = value;
  }
  const merged = mergeTolerations([...items(asJson(spec), 'tolerations'), ...items(scheduling, 'tolerations')]);
  if (merged.length > 0) spec.tolerations = merged;
}

/** Without those that others cover. */
function mergeTolerations(tolerations: readonly JsonObject[]): readonly JsonObject[] {
  const merged: JsonObject[] = [];
  for (const [index, toleration] of tolerations.entries()) {
    if (merged.some((other) => covers(other, toleration))) continue;
    const later = tolerations.slice(index + 1);
    if (later.some((other) => !deepEqual(other, toleration) && covers(other, toleration))) continue;
    merged.push(toleration);
  }
  return merged;
}

function covers(wide: JsonObject, narrow: JsonObject): boolean {
  if (deepEqual(wide, narrow)) return true;
  const [operator, effect] = [text(wide, 'operator'), text(wide, 'effect')];
  if (text(wide, 'key') !== text(narrow, 'key') && (text(wide, 'key') !== '' || operator !== 'Exists')) return false;
  if (effect !== text(narrow, 'effect') && effect !== '') return false;
  const [most, seconds] = [field(wide, 'tolerationSeconds'), field(narrow, 'tolerationSeconds')];
  if (effect === 'NoExecute' && most !== undefined && (seconds === undefined || Number(seconds) > Number(most))) {
    return false;
  }
  if (operator === 'Exists') return true;
  return text(narrow, 'operator') === 'Equal' && text(narrow, 'value') === text(wide, 'value');
}
