import type { JsonObject } from '@opwright/machinery';
import type { AdmissionPlugin } from '../../api/admission/admission.ts';
import { asJson, each, ensure, text } from '../tree.ts';

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
