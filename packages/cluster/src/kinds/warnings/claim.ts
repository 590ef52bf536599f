import type { JsonObject } from '@opwright/machinery';
import { at, field, items } from '../tree.ts';
import { fractionWarnings } from './pod.ts';

const STORAGE_CLASS = 'volume.beta.kubernetes.io/storage-class';

export function claimWarnings(claim: JsonObject): string[] {
  const isOld = field(at(claim, 'metadata', 'annotations'), STORAGE_CLASS) !== undefined;
  const path = `metadata.annotations[${STORAGE_CLASS}]`;
  return [
    ...(isOld ? [`${path}: deprecated since v1.8; use "storageClassName" attribute instead`] : []),
    ...claimSpecWarnings(at(claim, 'spec'), 'spec'),
  ];
}

export function claimSpecWarnings(spec: JsonObject | undefined, path: string): string[] {
  return ['requests', 'limits'].flatMap((list) =>
    fractionWarnings(field(at(spec, 'resources', list), 'storage'), `${path}.resources.${list}[storage]`),
  );
}

/** Claims that a StatefulSet makes. On updates Kubernetes calls their spec otherwise. */
export function claimTemplateWarnings(set: JsonObject, old: JsonObject | undefined): string[] {
  return items(at(set, 'spec'), 'volumeClaimTemplates').flatMap((claim, index) => {
    const path = `spec.volumeClaimTemplates[${index}]`;
    return claimSpecWarnings(at(claim, 'spec'), old === undefined ? path : `${path}.Spec`);
  });
}
