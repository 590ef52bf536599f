import type { JsonObject } from '@opwright/machinery';
import type { AdmissionPlugin } from '../../api/admission/admission.ts';
import { asJson, at, ensure, text, texts } from '../tree.ts';
import type { Lookup } from './lookup.ts';

const protection: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
};

/** Volumes and claims outlive their use (StorageObjectInUseProtection). */
export const storageProtectionAdmission: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  mutate({ operation, kind, subresource }, object) {
    const finalizer = protection[kind.storage];
    if (operation !== 'CREATE' || subresource !== '' || finalizer === undefined || object === undefined) return;
    const metadata = ensure(object, 'metadata');
    const finalizers = texts(asJson(metadata), 'finalizers');
    if (!finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer];
  },
};

const isDefault = 'storageclass.kubernetes.io/is-default-class';

/** Claims that name no class get the default one, if there is one (DefaultStorageClass). */
export function defaultStorageClassAdmission(lookup: Lookup): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    mutate({ operation, kind, subresource }, claim) {
      if (operation !== 'CREATE' || kind.storage !== 'persistentvolumeclaims' || subresource !== '') return;
      if (claim === undefined) return;
      const spec = ensure(claim, 'spec');
      const annotation = at(asJson(claim), 'metadata', 'annotations');
      if (spec.storageClassName !== undefined || text(annotation, 'volume.beta.kubernetes.io/storage-class') !== '')
        return;
      const found = [...lookup.list('storageclasses.storage.k8s.io')].filter(isDefaultClass).sort(newestFirst)[0];
      if (found !== undefined) spec.storageClassName = text(at(found, 'metadata'), 'name');
    },
  };
}

function isDefaultClass(storageClass: JsonObject): boolean {
  return text(at(storageClass, 'metadata', 'annotations'), isDefault) === 'true';
}

/** Of several the newest counts, then the first by name. */
function newestFirst(a: JsonObject, b: JsonObject): number {
  const [left, right] = [at(a, 'metadata'), at(b, 'metadata')];
  const [older, newer] = [text(left, 'creationTimestamp'), text(right, 'creationTimestamp')];
  if (older !== newer) return older < newer ? 1 : -1;
  return text(left, 'name') < text(right, 'name') ? -1 : 1;
}
