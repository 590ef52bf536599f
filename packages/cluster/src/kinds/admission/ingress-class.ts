import type { AdmissionPlugin } from '../../api/admission/admission.ts';
import { asJson, at, ensure, field } from '../tree.ts';
import { defaultClassName } from './default-class.ts';
import type { Lookup } from './lookup.ts';

/** Ingresses that name no class get the default one, if there is one (DefaultIngressClass). */
export function defaultIngressClassAdmission(lookup: Lookup): AdmissionPlugin {
  return {
    name: 'DefaultIngressClass',
    mutate({ operation, kind, subresource }, ingress) {
      if (operation !== 'CREATE' || kind.groupResource !== 'ingresses.networking.k8s.io' || subresource !== '') return;
      if (ingress === undefined) return;
      const spec = ensure(ingress, 'spec');
      const annotated = field(at(asJson(ingress), 'metadata', 'annotations'), 'kubernetes.io/ingress.class');
      if (spec.ingressClassName !== undefined || annotated !== undefined) return;
      const storage = 'ingressclasses.networking.k8s.io';
      const found = defaultClassName(lookup, storage, 'ingressclass.kubernetes.io/is-default-class');
      if (found !== undefined) spec.ingressClassName = found;
    },
  };
}
