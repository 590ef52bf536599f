import type { Behaviours } from '../behaviour.ts';
import * as defaults from '../defaults/networking.ts';
import * as printers from '../printers/networking.ts';
import * as validation from '../validation/others.ts';
import { endpointSliceWarnings, ingressWarnings } from '../warnings/others.ts';

export const networking: Behaviours = {
  Ingress: { validate: validation.validateIngress, warnings: ingressWarnings, printer: printers.ingressPrinter },
  IngressClass: { defaults: defaults.setIngressClassDefaults, printer: printers.ingressClassPrinter },
  NetworkPolicy: {
    defaults: defaults.setNetworkPolicyDefaults,
    validate: validation.validateNetworkPolicy,
    printer: printers.networkPolicyPrinter,
  },
};

export const discovery: Behaviours = {
  EndpointSlice: {
    defaults: defaults.setEndpointSliceDefaults,
    warnings: endpointSliceWarnings,
    validate: validation.validateEndpointSlice,
    validateUpdate: validation.validateEndpointSliceUpdate,
    printer: printers.endpointSlicePrinter,
  },
};
