import type { JsonObject } from '@opwright/machinery';
import { humanDuration } from '@opwright/machinery';
import type { Printer } from '../behaviour.ts';
import { at, bool, field, int, items, text } from '../tree.ts';
import { none, selectorText } from './cells.ts';
import { ageOf, columns, nameOf, withAge } from './columns.ts';

/* Groups of which each has little to show. */

const unset = '<unset>';

export const webhookConfigurationPrinter = withAge(['Webhooks:integer'], (configuration) => [
  items(configuration, 'webhooks').length,
]);

export const admissionPolicyPrinter = withAge(['Validations:integer', 'ParamKind'], (policy) => [
  items(at(policy, 'spec'), 'validations').length,
  paramKindText(policy),
]);

export const mutatingPolicyPrinter = withAge(['Mutations:integer', 'ParamKind'], (policy) => [
  items(at(policy, 'spec'), 'mutations').length,
  paramKindText(policy),
]);

function paramKindText(policy: JsonObject): string {
  const param = at(policy, 'spec', 'paramKind');
  return param === undefined ? unset : `${text(param, 'apiVersion')}/${text(param, 'kind')}`;
}

export const admissionPolicyBindingPrinter = withAge(['PolicyName', 'ParamRef'], (binding) => {
  const spec = at(binding, 'spec');
  return [text(spec, 'policyName'), paramRefText(at(spec, 'paramRef'))];
});

function paramRefText(ref: JsonObject | undefined): string {
  const name = text(ref, 'name');
  if (name === '') return at(ref, 'selector') === undefined ? unset : selectorText(at(ref, 'selector'));
  const namespace = text(ref, 'namespace');
  return namespace === '' ? name : `${namespace}/${name}`;
}

export const priorityClassPrinter: Printer = {
  columns: columns('Name', 'Value:integer', 'Global-Default:boolean', 'Age', 'PreemptionPolicy'),
  row: (priorityClass, nowMs) => [
    nameOf(priorityClass),
    int(priorityClass, 'value'),
    bool(priorityClass, 'globalDefault'),
    ageOf(priorityClass, nowMs),
    text(priorityClass, 'preemptionPolicy'),
  ],
};

export const leasePrinter = withAge(['Holder'], (lease) => [text(at(lease, 'spec'), 'holderIdentity')]);

export const runtimeClassPrinter = withAge(['Handler'], (runtimeClass) => [text(runtimeClass, 'handler')]);

export const apiServicePrinter = withAge(['Service', 'Available'], (apiService) => {
  const service = at(apiService, 'spec', 'service');
  const available = items(at(apiService, 'status'), 'conditions').find((c) => text(c, 'type') === 'Available');
  const status = text(available, 'status') || 'Unknown';
  return [
    service === undefined ? 'Local' : `${text(service, 'namespace')}/${text(service, 'name')}`,
    status === 'True' || available === undefined ? status : `${status} (${text(available, 'reason')})`,
  ];
});

export const certificateSigningRequestPrinter: Printer = {
  columns: columns('Name', 'Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition'),
  row(request, nowMs) {
    const spec = at(request, 'spec');
    const seconds = field(spec, 'expirationSeconds');
    return [
      nameOf(request),
      ageOf(request, nowMs),
      text(spec, 'signerName') || none,
      text(spec, 'username'),
      typeof seconds === 'number' ? humanDuration(seconds * 1000) : none,
      requestConditionText(request),
    ];
  },
};

function requestConditionText(request: JsonObject): string {
  const types = new Set(items(at(request, 'status'), 'conditions').map((condition) => text(condition, 'type')));
  const parts = [types.has('Denied') ? 'Denied' : types.has('Approved') ? 'Approved' : 'Pending'];
  if (types.has('Failed')) parts.push('Failed');
  if (text(at(request, 'status'), 'certificate') !== '') parts.push('Issued');
  return parts.join(',');
}

export const flowSchemaPrinter: Printer = {
  columns: columns('Name', 'PriorityLevel', 'MatchingPrecedence', 'DistinguisherMethod', 'Age', 'MissingPL'),
  row(schema, nowMs) {
    const spec = at(schema, 'spec');
    const dangling = items(at(schema, 'status'), 'conditions').find((c) => text(c, 'type') === 'Dangling');
    return [
      nameOf(schema),
      text(at(spec, 'priorityLevelConfiguration'), 'name'),
      int(spec, 'matchingPrecedence'),
      text(at(spec, 'distinguisherMethod'), 'type') || none,
      ageOf(schema, nowMs),
      dangling === undefined ? '?' : text(dangling, 'status'),
    ];
  },
};

export const priorityLevelPrinter: Printer = withAge(
  ['Type', 'NominalConcurrencyShares', 'Queues', 'HandSize', 'QueueLengthLimit'],
  (level) => {
    const limited = at(level, 'spec', 'limited');
    const queuing = at(limited, 'limitResponse', 'queuing');
    return [
      text(at(level, 'spec'), 'type'),
      field(limited, 'nominalConcurrencyShares') ?? none,
      field(queuing, 'queues') ?? none,
      field(queuing, 'handSize') ?? none,
      field(queuing, 'queueLengthLimit') ?? none,
    ];
  },
);
