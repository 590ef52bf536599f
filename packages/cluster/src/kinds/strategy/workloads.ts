import { deepEqual, type JsonObject } from '@opwright/machinery';
import type { MutableObject } from '../kind.ts';
import { asJson, at, ensure, field, text, within } from '../tree.ts';

/** It counted rollouts before controller revisions did; kubectl still reads it. */
const templateGeneration = 'deprecated.daemonset.template.generation';

export function prepareDaemonSetForCreate(daemonSet: MutableObject): void {
  ensure(ensure(daemonSet, 'metadata'), 'annotations')[templateGeneration] = '1';
}

export function prepareDaemonSetForUpdate(daemonSet: MutableObject, old: JsonObject): void {
  const before = Number(text(at(old, 'metadata', 'annotations'), templateGeneration)) || 0;
  const changed = !deepEqual(field(at(old, 'spec'), 'template'), field(at(asJson(daemonSet), 'spec'), 'template'));
  ensure(ensure(daemonSet, 'metadata'), 'annotations')[templateGeneration] = String(changed ? before + 1 : before);
}

const controllerUid = 'batch.kubernetes.io/controller-uid';

/** A job finds its pods by its own uid, unless its selector is managed by hand. */
export function prepareJobForCreate(job: MutableObject): void {
  const spec = ensure(job, 'spec');
  if (spec.manualSelector === true) return;
  const metadata = ensure(job, 'metadata');
  const labels = ensure(ensure(ensure(spec, 'template'), 'metadata'), 'labels');
  // Labels that it took over from its pods are theirs from then on.
  const isShared = deepEqual(asJson(ensure(metadata, 'labels')), asJson(labels)) && Object.keys(labels).length > 0;
  for (const key of ['batch.kubernetes.io/job-name', 'job-name']) labels[key] = metadata.name ?? '';
  for (const key of [controllerUid, 'controller-uid']) labels[key] = metadata.uid;
  if (isShared) metadata.labels = { ...labels };
  ensure(ensure(spec, 'selector'), 'matchLabels')[controllerUid] = metadata.uid;
}

/** Rollouts are no part of the status, nor is their count. */
export function prepareDaemonSetForStatusUpdate(daemonSet: MutableObject, old: JsonObject): void {
  const before = text(at(old, 'metadata', 'annotations'), templateGeneration);
  ensure(ensure(daemonSet, 'metadata'), 'annotations')[templateGeneration] = before === '' ? '0' : before;
}

/** How many pods may be away during an update belongs to a feature that is off. */
export function prepareStatefulSet(statefulSet: MutableObject): void {
  const strategy = within(ensure(statefulSet, 'spec'), 'updateStrategy');
  delete within(strategy, 'rollingUpdate')?.maxUnavailable;
}
