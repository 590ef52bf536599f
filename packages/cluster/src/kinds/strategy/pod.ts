import type { JsonObject } from '@opwright/machinery';
import type { MutableObject, StrategyContext } from '../kind.ts';
import { asJson, at, ensure, field, int, items, keepField, text, within } from '../tree.ts';
import { dropDisabledFields, selectByOwnLabels, syncAppArmor } from './pod-fields.ts';

export function preparePodForCreate(pod: MutableObject, { warn }: StrategyContext): void {
  dropDisabledFields(within(pod, 'spec'));
  selectByOwnLabels(pod);
  syncAppArmor(pod, warn);
  // A client that has found out itself what the pod is promised is believed.
  const claimed = text(at(asJson(pod), 'status'), 'qosClass');
  const status: MutableObject = { phase: 'Pending', qosClass: claimed === '' ? qosClass(asJson(pod)) : claimed };
  if (items(at(asJson(pod), 'spec'), 'schedulingGates').length > 0) {
    const message = 'Scheduling is blocked due to non-empty scheduling gates';
    status.conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        lastProbeTime: null,
        lastTransitionTime: null,
        reason: 'SchedulingGated',
        message,
      },
    ];
  }
  pod.status = status;
}

/** What a pod is promised follows from its spec, and who reports its status need not know. */
export function preparePodForStatusUpdate(pod: MutableObject, old: JsonObject): void {
  const status = ensure(pod, 'status');
  if (!status.qosClass) keepField(status, at(old, 'status') ?? {}, 'qosClass');
}

export function preparePodForUpdate(pod: MutableObject, old: JsonObject): void {
  const spec = ensure(pod, 'spec');
  dropDisabledFields(spec);
  // Clients of before serviceAccountName still write serviceAccount.
  const account = text(at(old, 'spec'), 'serviceAccountName');
  if (account !== '' && spec.serviceAccountName === undefined) spec.serviceAccountName = account;
}

const qosResources = ['cpu', 'memory'] as const;

/**
 * How a pod fares when its node runs short: Guaranteed when every container requests all it may use, BestEffort when none
 * asks for anything.
 */
export function qosClass(pod: JsonObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const spec = at(pod, 'spec');
  const containers = [...items(spec, 'initContainers'), ...items(spec, 'containers')];
  let asks = false;
  let guaranteed = true;
  for (const container of containers) {
    const requests = at(container, 'resources', 'requests');
    const limits = at(container, 'resources', 'limits');
    for (const resource of qosResources) {
      const request = quantity(requests, resource);
      const limit = quantity(limits, resource);
      if (request !== undefined || limit !== undefined) asks = true;
      if (limit === undefined || (request !== undefined && request !== limit)) guaranteed = false;
    }
  }
  if (!asks) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** Quantities are canonical in a decoded object: equal ones have equal texts, and nothing is `0`. */
function quantity(resources: JsonObject | undefined, name: string): string | undefined {
  const value = field(resources, name);
  return value === undefined || value === '0' ? undefined : String(value);
}

/** What a kubelet has not seen, or has seen end, need not be ended. */
export function podGracePeriodSeconds(pod: JsonObject): number {
  const spec = at(pod, 'spec');
  const phase = text(at(pod, 'status'), 'phase');
  if (text(spec, 'nodeName') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  return int(spec, 'terminationGracePeriodSeconds');
}
