import type { MutableObject } from '../kind.ts';
import { each, ensure, setDefault, within } from '../tree.ts';

export function setNetworkPolicyDefaults(policy: MutableObject): void {
  const spec = ensure(policy, 'spec');
  for (const direction of ['ingress', 'egress']) {
    for (const port of each(spec, direction).flatMap((rule) => each(rule, 'ports'))) port.protocol ??= 'TCP';
  }
  if (!Array.isArray(spec.policyTypes) || spec.policyTypes.length === 0) {
    spec.policyTypes = each(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  }
}

/** Parameters of an IngressClass are looked up in the cluster unless they say otherwise. */
export function setIngressClassDefaults(ingressClass: MutableObject): void {
  const parameters = within(within(ingressClass, 'spec'), 'parameters');
  if (parameters !== undefined) parameters.scope ??= 'Cluster';
}

export function setEndpointSliceDefaults(slice: MutableObject): void {
  for (const port of each(slice, 'ports')) {
    setDefault(port, 'name', '');
    port.protocol ??= 'TCP';
  }
}
