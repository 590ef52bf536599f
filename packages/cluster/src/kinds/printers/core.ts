import type { JsonObject } from '@opwright/machinery';
import type { Printer } from '../behaviour.ts';
import { at, bool, field, items, text } from '../tree.ts';
import { containerCells, labelsText, orNone } from './cells.ts';
import { ageOf, columns, nameOf, withAge } from './columns.ts';

function size(object: JsonObject, key: string): number {
  return Object.keys(at(object, key) ?? {}).length;
}

export const configMapPrinter = withAge(['Data'], (map) => [size(map, 'data') + size(map, 'binaryData')]);

export const secretPrinter = withAge(['Type', 'Data'], (secret) => [text(secret, 'type'), size(secret, 'data')]);

export const serviceAccountPrinter = withAge(['Secrets'], (account) => [items(account, 'secrets').length]);

export const namespacePrinter = withAge(['Status'], (namespace) => [text(at(namespace, 'status'), 'phase')]);

const rolePrefix = 'node-role.kubernetes.io/';

export const nodePrinter: Printer = {
  columns: columns(
    'Name',
    'Status',
    'Roles',
    'Age',
    'Version',
    'Internal-IP*',
    'External-IP*',
    'OS-Image*',
    'Kernel-Version*',
    'Container-Runtime*',
  ),
  row(node, nowMs) {
    const info = at(node, 'status', 'nodeInfo');
    const addresses = items(at(node, 'status'), 'addresses');
    const address = (type: string) =>
      orNone(
        text(
          addresses.find((a) => text(a, 'type') === type),
          'address',
        ),
      );
    const orUnknown = (key: string) => text(info, key) || '<unknown>';
    return [
      nameOf(node),
      nodeStatus(node),
      nodeRoles(node),
      ageOf(node, nowMs),
      text(info, 'kubeletVersion'),
      address('InternalIP'),
      address('ExternalIP'),
      orUnknown('osImage'),
      orUnknown('kernelVersion'),
      orUnknown('containerRuntimeVersion'),
    ];
  },
};

function nodeStatus(node: JsonObject): string {
  const ready = items(at(node, 'status'), 'conditions').find((condition) => text(condition, 'type') === 'Ready');
  const status = ready === undefined ? 'Unknown' : text(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
  return bool(at(node, 'spec'), 'unschedulable') ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: JsonObject): string {
  const labels = at(node, 'metadata', 'labels') ?? {};
  const roles = Object.keys(labels)
    .filter((key) => key.startsWith(rolePrefix))
    .map((key) => key.slice(rolePrefix.length));
  roles.push(text(labels, 'kubernetes.io/role'));
  return orNone([...new Set(roles.filter((role) => role !== ''))].sort().join(','));
}

export const podTemplatePrinter: Printer = {
  columns: columns('Name', 'Containers', 'Images', 'Pod Labels'),
  row: (template) => [
    nameOf(template),
    ...containerCells(at(template, 'template', 'spec')),
    labelsText(at(template, 'template', 'metadata', 'labels')),
  ],
};

export const resourceQuotaPrinter: Printer = {
  columns: columns('Name', 'Age', 'Request', 'Limit'),
  row(quota, nowMs) {
    const hard = at(quota, 'status', 'hard') ?? {};
    const used = at(quota, 'status', 'used') ?? {};
    const names = Object.keys(hard).sort();
    const usage = (of: readonly string[]) =>
      of.map((name) => `${name}: ${field(used, name) ?? '0'}/${field(hard, name)}`).join(', ');
    const isLimit = (name: string) => name.startsWith('limits.');
    return [
      nameOf(quota),
      ageOf(quota, nowMs),
      usage(names.filter((name) => !isLimit(name))),
      usage(names.filter(isLimit)),
    ];
  },
};

export const componentStatusPrinter: Printer = {
  columns: columns('Name', 'Status', 'Message', 'Error'),
  row(component) {
    const healthy = items(component, 'conditions').find((condition) => text(condition, 'type') === 'Healthy');
    const status = healthy === undefined ? 'Unknown' : text(healthy, 'status') === 'True' ? 'Healthy' : 'Unhealthy';
    return [nameOf(component), status, text(healthy, 'message'), text(healthy, 'error')];
  },
};
