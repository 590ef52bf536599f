import type { Behaviours } from '../behaviour.ts';
import * as defaults from '../defaults/networking.ts';
import * as printers from '../printers/networking.ts';
import { prepareEndpointSlice } from '../strategy/endpoints.ts';
import { validateEndpointSlice, validateEndpointSliceUpdate } from '../validation/endpoints.ts';
import {
  validateIngress,
  validateIngressClass,
  validateIngressClassUpdate,
  validateIngressStatusUpdate,
} from '../validation/ingress.ts';
import { validateNetworkPolicy } from '../validation/network-policy.ts';
import { endpointSliceWarnings, ingressWarnings } from '../warnings/others.ts';

export const networking: Behaviours = {
  Ingress: {
    validate: validateIngress,
    subresourceErrors: { status: validateIngressStatusUpdate },
    warnings: ingressWarnings,
    printer: printers.ingressPrinter,
  },
  IngressClass: {
    defaults: defaults.setIngressClassDefaults,
    validate: validateIngressClass,
    validateUpdate: validateIngressClassUpdate,
    printer: printers.ingressClassPrinter,
  },
  NetworkPolicy: {
    defaults: defaults.setNetworkPolicyDefaults,
    // Kubernetes checks the whole policy twice.
    validate: validateNetworkPolicy,
    validateUpdate: validateNetworkPolicy,
    printer: printers.networkPolicyPrinter,
  },
};

export const discovery: Behaviours = {
  EndpointSlice: {
    defaults: defaults.setEndpointSliceDefaults,
    prepareForCreate: prepareEndpointSlice,
    prepareForUpdate: prepareEndpointSlice,
    warnings: endpointSliceWarnings,
    validate: validateEndpointSlice,
    validateUpdate: validateEndpointSliceUpdate,
    printer: printers.endpointSlicePrinter,
  },
};
