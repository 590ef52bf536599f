import type { MutableObject } from '../kind.ts';
import { each, ensure, setDefault, within } from '../tree.ts';

export function setMutatingWebhookDefaults(configuration: MutableObject): void {
  for (const webhook of each(configuration, 'webhooks')) {
    setWebhookDefaults(webhook);
    setDefault(webhook, 'reinvocationPolicy', 'Never');
  }
}

export function setValidatingWebhookDefaults(configuration: MutableObject): void {
  for (const webhook of each(configuration, 'webhooks')) setWebhookDefaults(webhook);
}

function setWebhookDefaults(webhook: MutableObject): void {
  setDefault(webhook, 'failurePolicy', 'Fail');
  setDefault(webhook, 'timeoutSeconds', 10);
  setMatchDefaults(webhook);
  for (const rule of each(webhook, 'rules')) setDefault(rule, 'scope', '*');
  const service = within(within(webhook, 'clientConfig'), 'service');
  if (service !== undefined) setDefault(service, 'port', 443);
}

export function setAdmissionPolicyDefaults(policy: MutableObject): void {
  const spec = ensure(policy, 'spec');
  setDefault(spec, 'failurePolicy', 'Fail');
  setMatchResourcesDefaults(within(spec, 'matchConstraints'));
}

export function setAdmissionPolicyBindingDefaults(binding: MutableObject): void {
  const spec = within(binding, 'spec');
  setMatchResourcesDefaults(within(spec, 'matchResources'));
}

/** The alpha version's, where an absent parameter is an error unless the binding says otherwise. */
export function setMutatingPolicyBindingDefaults(binding: MutableObject): void {
  setAdmissionPolicyBindingDefaults(binding);
  const ref = within(within(binding, 'spec'), 'paramRef');
  if (ref !== undefined) setDefault(ref, 'parameterNotFoundAction', 'Deny');
}

function setMatchResourcesDefaults(match: MutableObject | undefined): void {
  if (match === undefined) return;
  setMatchDefaults(match);
  for (const list of ['resourceRules', 'excludeResourceRules']) {
    for (const rule of each(match, list)) setDefault(rule, 'scope', '*');
  }
}

function setMatchDefaults(match: MutableObject): void {
  setDefault(match, 'matchPolicy', 'Equivalent');
  ensure(match, 'namespaceSelector');
  ensure(match, 'objectSelector');
}
