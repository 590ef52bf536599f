import type { AdmissionPlugin } from '../../api/admission/admission.ts';
import { each, ensure } from '../tree.ts';

const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/** A new node takes pods when it has been seen ready (TaintNodesByCondition). */
export const taintNodesAdmission: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  mutate({ operation, kind, subresource }, node) {
    if (operation !== 'CREATE' || kind.storage !== 'nodes' || subresource !== '' || node === undefined) return;
    const spec = ensure(node, 'spec');
    const taints = each(spec, 'taints');
    if (!taints.some(({ key, effect }) => key === taint.key && effect === taint.effect))
      spec.taints = [...taints, { ...taint }];
  },
};
