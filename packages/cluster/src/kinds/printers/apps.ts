import type { JsonObject } from '@opwright/machinery';
import type { Printer } from '../behaviour.ts';
import { at, field, int, items, text } from '../tree.ts';
import { containerCells, labelsText, none, selectorText } from './cells.ts';
import { ageOf, columns, nameOf, withAge } from './columns.ts';

const templateColumns = ['Containers*', 'Images*', 'Selector*'];

function templateCells(object: JsonObject): unknown[] {
  return containerCells(at(object, 'spec', 'template', 'spec'));
}

function selectorCell(object: JsonObject): string {
  return selectorText(at(object, 'spec', 'selector'));
}

export const deploymentPrinter: Printer = {
  columns: columns('Name', 'Ready', 'Up-to-date', 'Available', 'Age', ...templateColumns),
  row(deployment, nowMs) {
    const status = at(deployment, 'status');
    return [
      nameOf(deployment),
      `${int(status, 'readyReplicas')}/${int(at(deployment, 'spec'), 'replicas')}`,
      int(status, 'updatedReplicas'),
      int(status, 'availableReplicas'),
      ageOf(deployment, nowMs),
      ...templateCells(deployment),
      selectorCell(deployment),
    ];
  },
};

const replicaColumns = columns(
  'Name',
  'Desired:integer',
  'Current:integer',
  'Ready:integer',
  'Age',
  ...templateColumns,
);

function replicaCells(object: JsonObject, nowMs: number): unknown[] {
  const status = at(object, 'status');
  return [
    nameOf(object),
    int(at(object, 'spec'), 'replicas'),
    int(status, 'replicas'),
    int(status, 'readyReplicas'),
    ageOf(object, nowMs),
    ...templateCells(object),
  ];
}

export const replicaSetPrinter: Printer = {
  columns: replicaColumns,
  row: (replicaSet, nowMs) => [...replicaCells(replicaSet, nowMs), selectorCell(replicaSet)],
};

export const replicationControllerPrinter: Printer = {
  columns: replicaColumns,
  row: (controller, nowMs) => [...replicaCells(controller, nowMs), labelsText(at(controller, 'spec', 'selector'))],
};

export const statefulSetPrinter: Printer = {
  columns: columns('Name', 'Ready', 'Age', 'Containers*', 'Images*'),
  row: (statefulSet, nowMs) => [
    nameOf(statefulSet),
    `${int(at(statefulSet, 'status'), 'readyReplicas')}/${int(at(statefulSet, 'spec'), 'replicas')}`,
    ageOf(statefulSet, nowMs),
    ...templateCells(statefulSet),
  ],
};

const daemonSetCounts = [
  'desiredNumberScheduled',
  'currentNumberScheduled',
  'numberReady',
  'updatedNumberScheduled',
  'numberAvailable',
];

export const daemonSetPrinter: Printer = {
  columns: columns(
    'Name',
    'Desired:integer',
    'Current:integer',
    'Ready:integer',
    'Up-to-date:integer',
    'Available:integer',
    'Node Selector',
    'Age',
    ...templateColumns,
  ),
  row: (daemonSet, nowMs) => [
    nameOf(daemonSet),
    ...daemonSetCounts.map((count) => int(at(daemonSet, 'status'), count)),
    labelsText(at(daemonSet, 'spec', 'template', 'spec', 'nodeSelector')),
    ageOf(daemonSet, nowMs),
    ...templateCells(daemonSet),
    selectorCell(daemonSet),
  ],
};

export const controllerRevisionPrinter: Printer = withAge(['Controller', 'Revision'], (revision) => {
  const owner = items(at(revision, 'metadata'), 'ownerReferences').find((o) => field(o, 'controller') === true);
  return [owner === undefined ? none : ownerText(owner), int(revision, 'revision')];
});

/** `daemonset.apps/ds1`. */
function ownerText(owner: JsonObject): string {
  const apiVersion = text(owner, 'apiVersion');
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${apiVersion.slice(0, slash)}`;
  return `${text(owner, 'kind').toLowerCase()}${group}/${text(owner, 'name')}`;
}
