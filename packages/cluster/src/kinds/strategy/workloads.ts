import { deepEqual, type JsonObject } from '@opwright/machinery';
import type { MutableObject } from '../kind.ts';
import { asJson, at, ensure, field, text } from '../tree.ts';

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
  for (const key of ['batch.kubernetes.io/job-name', 'job-name']) labels[key] = metadata.name;
  for (const key of [controllerUid, 'controller-uid']) labels[key] = metadata.uid;
  ensure(ensure(spec, 'selector'), 'matchLabels')[controllerUid] = metadata.uid;
}
