import type { Behaviours } from '../behaviour.ts';
import * as defaults from '../defaults/networking.ts';
import * as printers from '../printers/networking.ts';

export const networking: Behaviours = {
  Ingress: { printer: printers.ingressPrinter },
  IngressClass: { defaults: defaults.setIngressClassDefaults, printer: printers.ingressClassPrinter },
  NetworkPolicy: { defaults: defaults.setNetworkPolicyDefaults, printer: printers.networkPolicyPrinter },
};

export const discovery: Behaviours = {
  EndpointSlice: { defaults: defaults.setEndpointSliceDefaults, printer: printers.endpointSlicePrinter },
};
