import { typeOf } from '@opwright/kubernetes/data';
import type { Case, RequestStep, Subject } from '../case.ts';
import { edited } from '../random/edits.ts';
import { post, put } from '../steps.ts';
import { type Sample, samples } from '../wrong/samples.ts';
import { isTelling, wrongEdits } from '../wrong/wrong-values.ts';

/** What is wrong is compared, and no more: what becomes of what is not, other subjects tell. */
const CAUSES = { keep: ['details.causes', 'code'] };

/** Where an empty map counts as none here, but not for Kubernetes. */
const EMPTIED = [
  ['spec', 'template', 'metadata', 'labels'],
  ['spec', 'capacity'],
  ['parameters'],
  ['spec', 'versions', '0', 'schema', 'openAPIV3Schema', 'dependencies'],
];

function leavesEmpty(object: unknown): boolean {
  return EMPTIED.some((path) => {
    const left = path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
    return typeof left === 'object' && left !== null && Object.keys(left).length === 0;
  });
}

/** Kinds of which an update may change less than a create may say. */
const UPDATED =
  /^(?:Deployment d3|StatefulSet|DaemonSet|Job j1|Service s[14]|PersistentVolume|Ingress i|StorageClass|PriorityClass|Event ev2|CSIDriver|CSIStorageCapacity csc1|Node|RuntimeClass)/;

function wrongObjects({ apiVersion, kind, object, skip }: Sample): unknown[] {
  const edits = [...wrongEdits(typeOf(apiVersion, kind)!, object, skip)];
  const chosen = edits.filter((edit) => isTelling(edit) && edit.path[0] !== 'status');
  return chosen.map((edit) => edited(object, [edit])).filter((wrong) => !leavesEmpty(wrong));
}

function caseOf(sample: Sample): Case {
  const { path, object } = sample;
  const wrong = wrongObjects(sample);
  const name = String((object as { metadata: { name: string } }).metadata.name);
  const creates = wrong.map((body): RequestStep => post(`${path}?dryRun=All`, body, CAUSES));
  const updates = wrong.map((body): RequestStep => put(`${path}/${name}?dryRun=All`, body, CAUSES));
  const steps = UPDATED.test(sample.name)
    ? [...creates, post(path, object, { essential: true, unrecorded: true }), ...updates]
    : creates;
  return { name: `${sample.name} with one field wrong at a time is told what is wrong`, steps };
}

/** Pods with one field wrong. */
export const invalidPods: Subject = {
  id: 'invalid-pods',
  cases: samples.filter(({ name }) => name.startsWith('Pod p3')).map(caseOf),
};

/** Objects of other kinds with one field wrong. */
export const invalidObjects: Subject = {
  id: 'invalid-objects',
  cases: samples.filter(({ kind }) => kind !== 'Pod').map(caseOf),
};
