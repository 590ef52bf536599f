import type { JsonObject } from '@opwright/machinery';
import type { FieldSelectors } from './behaviour.ts';
import { at, bool, int, items, text } from './tree.ts';

/*
 * What field selectors may ask of the built-in kinds, beside the name and the namespace. An absent value reads as the
 * empty text, an absent number as 0, an absent yes-or-no as false.
 */

/** A text at a dotted path. */
function textAt(path: string): (object: JsonObject) => string {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  return (object) => text(at(object, ...keys), last);
}

const fieldNotSupported = (field: string) => `field label not supported: ${field}`;

function ownErrors(fields: FieldSelectors['fields']): FieldSelectors {
  return { fields, refusal: fieldNotSupported };
}

function atPaths(...paths: readonly string[]): FieldSelectors['fields'] {
  return Object.fromEntries(paths.map((path) => [path, textAt(path)]));
}

export const podSelectors = ownErrors({
  ...atPaths(
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.nominatedNodeName',
  ),
  'spec.host': textAt('spec.nodeName'),
  'spec.hostNetwork': (pod) => String(bool(at(pod, 'spec'), 'hostNetwork')),
  'status.podIP': (pod) => text(items(at(pod, 'status'), 'podIPs')[0], 'ip') || text(at(pod, 'status'), 'podIP'),
  'status.podIPs': (pod) => text(items(at(pod, 'status'), 'podIPs')[0], 'ip'),
});

export const nodeSelectors = ownErrors({
  'spec.unschedulable': (node) => String(bool(at(node, 'spec'), 'unschedulable')),
});

export const namespaceSelectors = ownErrors(atPaths('status.phase'));

export const secretSelectors = ownErrors(atPaths('type'));

export const serviceSelectors = ownErrors(atPaths('spec.clusterIP', 'spec.type'));

export const replicationControllerSelectors = ownErrors({
  'status.replicas': (controller) => String(int(at(controller, 'status'), 'replicas')),
});

export const jobSelectors: FieldSelectors = {
  fields: { 'status.successful': (job) => String(int(at(job, 'status'), 'succeeded')) },
  refusal: (field) => `field label "${field}" not supported for Job`,
};

export const certificateSigningRequestSelectors = ownErrors(atPaths('spec.signerName'));

const references = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

function eventSelectors(object: string, component: string, source: string): FieldSelectors {
  return ownErrors({
    ...atPaths(...references.map((name) => `${object}.${name}`), 'reason', component, 'type'),
    [source === 'source' ? 'source' : component]: (event) =>
      text(at(event, source), 'component') || text(event, component),
  });
}

export const coreEventSelectors = eventSelectors('involvedObject', 'reportingComponent', 'source');
export const eventsEventSelectors = eventSelectors('regarding', 'reportingController', 'deprecatedSource');
