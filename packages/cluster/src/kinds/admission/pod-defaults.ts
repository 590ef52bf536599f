import type { JsonObject } from '@opwright/machinery';
import type { AdmissionPlugin } from '../../api/admission/admission.ts';
import { forbidden } from '../../api/errors.ts';
import { asJson, at, bool, each, ensure, int, text } from '../tree.ts';
import type { Lookup } from './lookup.ts';

/** Seconds for which a pod stays on a node that is lost. */
const patience = 300;

/** Pods stay a while on nodes that are not ready or not reachable (DefaultTolerationSeconds). */
export const defaultTolerationAdmission: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  mutate({ operation, kind, subresource }, pod) {
    if ((operation !== 'CREATE' && operation !== 'UPDATE') || kind.storage !== 'pods') return;
    if (subresource !== '' || pod === undefined) return;
    const spec = ensure(pod, 'spec');
    for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
      const own = each(spec, 'tolerations');
      if (own.some((toleration) => tolerates(asJson(toleration), key))) continue;
      spec.tolerations = [...own, { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: patience }];
    }
  },
};

function tolerates(toleration: JsonObject, key: string): boolean {
  const [own, effect] = [text(toleration, 'key'), text(toleration, 'effect')];
  return (own === key || own === '') && (effect === 'NoExecute' || effect === '');
}

const storage = 'priorityclasses.scheduling.k8s.io';

/** A pod's priority is the number that its class stands for (Priority). */
export function priorityAdmission(lookup: Lookup): AdmissionPlugin {
  return {
    name: 'Priority',
    mutate({ operation, kind, subresource, name }, pod) {
      if (operation !== 'CREATE' || kind.storage !== 'pods' || subresource !== '' || pod === undefined) return;
      const spec = ensure(pod, 'spec');
      const wanted = text(asJson(spec), 'priorityClassName');
      const priorityClass = wanted === '' ? defaultClass(lookup) : lookup.get(storage, '', wanted);
      if (wanted !== '' && priorityClass === undefined) {
        throw forbidden(kind, name, `no PriorityClass with name ${wanted} was found`);
      }
      const value = int(priorityClass, 'value');
      if (spec.priority !== undefined && spec.priority !== value) {
        const why = `the integer value of priority (${String(spec.priority)}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
        throw forbidden(kind, name, why);
      }
      if (priorityClass !== undefined) spec.priorityClassName = text(at(priorityClass, 'metadata'), 'name');
      spec.priority = value;
      spec.preemptionPolicy = text(priorityClass, 'preemptionPolicy') || 'PreemptLowerPriority';
    },
  };
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
