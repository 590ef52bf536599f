import type { MutableObject } from '../kind.ts';
import { ensure, setDefault, setDefaultNonZero, within } from '../tree.ts';

/* Groups with one kind that has defaults. */

export function setPriorityClassDefaults(priorityClass: MutableObject): void {
  priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
}

export function setAPIServiceDefaults(apiService: MutableObject): void {
  const service = within(within(apiService, 'spec'), 'service');
  if (service !== undefined) setDefault(service, 'port', 443);
}

export function setFlowSchemaDefaults(schema: MutableObject): void {
  setDefaultNonZero(ensure(schema, 'spec'), 'matchingPrecedence', 1000);
}

export function setPriorityLevelDefaults(level: MutableObject): void {
  const spec = ensure(level, 'spec');
  const exempt = within(spec, 'exempt');
  if (spec.type === 'Exempt') {
    const settings = exempt ?? ensure(spec, 'exempt');
    setDefault(settings, 'nominalConcurrencyShares', 0);
    setDefault(settings, 'lendablePercent', 0);
  }
  const limited = within(spec, 'limited');
  if (limited === undefined) return;
  setDefault(limited, 'nominalConcurrencyShares', 30);
  setDefault(limited, 'lendablePercent', 0);
  const queuing = within(within(limited, 'limitResponse'), 'queuing');
  if (queuing !== undefined) {
    setDefaultNonZero(queuing, 'handSize', 8);
    setDefaultNonZero(queuing, 'queues', 64);
    setDefaultNonZero(queuing, 'queueLengthLimit', 50);
  }
}

/** The names of a CRD that follow from others, and no conversion. */
export function setCustomResourceDefinitionDefaults(definition: MutableObject): void {
  const spec = ensure(definition, 'spec');
  const names = ensure(spec, 'names');
  if (typeof names.kind === 'string' && names.kind !== '') {
    setDefault(names, 'singular', names.kind.toLowerCase());
    setDefault(names, 'listKind', `${names.kind}List`);
  }
  spec.conversion ??= { strategy: 'None' };
  const service = within(within(within(within(spec, 'conversion'), 'webhook'), 'clientConfig'), 'service');
  if (service !== undefined) setDefault(service, 'port', 443);
}
