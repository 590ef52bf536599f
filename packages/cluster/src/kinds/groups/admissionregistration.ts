import type { Behaviours } from '../behaviour.ts';
import * as defaults from '../defaults/admissionregistration.ts';
import * as printers from '../printers/others.ts';
import {
  validateValidatingAdmissionPolicy,
  validateValidatingAdmissionPolicyBinding,
} from '../validation/admission-policies.ts';
import {
  validateMutatingAdmissionPolicy,
  validateMutatingAdmissionPolicyBinding,
} from '../validation/mutating-policies.ts';
import { validateWebhookConfiguration } from '../validation/webhooks.ts';

export const admissionregistration: Behaviours = {
  MutatingWebhookConfiguration: {
    defaults: defaults.setMutatingWebhookDefaults,
    validate: validateWebhookConfiguration,
    printer: printers.webhookConfigurationPrinter,
  },
  ValidatingWebhookConfiguration: {
    defaults: defaults.setValidatingWebhookDefaults,
    validate: validateWebhookConfiguration,
    printer: printers.webhookConfigurationPrinter,
  },
  MutatingAdmissionPolicy: {
    defaults: defaults.setAdmissionPolicyDefaults,
    validate: validateMutatingAdmissionPolicy,
    printer: printers.mutatingPolicyPrinter,
  },
  MutatingAdmissionPolicyBinding: {
    defaults: defaults.setMutatingPolicyBindingDefaults,
    validate: validateMutatingAdmissionPolicyBinding,
    printer: printers.admissionPolicyBindingPrinter,
  },
  ValidatingAdmissionPolicy: {
    defaults: defaults.setAdmissionPolicyDefaults,
    validate: validateValidatingAdmissionPolicy,
    printer: printers.admissionPolicyPrinter,
  },
  ValidatingAdmissionPolicyBinding: {
    defaults: defaults.setAdmissionPolicyBindingDefaults,
    validate: validateValidatingAdmissionPolicyBinding,
    printer: printers.admissionPolicyBindingPrinter,
  },
};
