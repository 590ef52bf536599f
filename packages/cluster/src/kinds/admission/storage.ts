import { compareQuantities, type JsonObject } from '@opwright/machinery';
import { type AdmissionPlugin, refused } from '../../api/admission/admission.ts';
import { asJson, at, bool, ensure, field, text, texts } from '../tree.ts';
import { defaultClassName } from './default-class.ts';
import type { Lookup } from './lookup.ts';

const claims = 'persistentvolumeclaims';
const classes = 'storageclasses.storage.k8s.io';

const protection: Readonly<Record<string, string>> = {
  [claims]: 'kubernetes.io/pvc-protection',
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

/** The class that a claim names, if any; the annotation is from before there was a field. */
function classOf(claim: JsonObject | undefined): string | undefined {
  const annotation = field(at(claim, 'metadata', 'annotations'), 'volume.beta.kubernetes.io/storage-class');
  const name = annotation ?? field(at(claim, 'spec'), 'storageClassName');
  return typeof name === 'string' ? name : undefined;
}

/** Claims that name no class get the default one, if there is one (DefaultStorageClass). */
export function defaultStorageClassAdmission(lookup: Lookup): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    mutate({ operation, kind, subresource }, claim) {
      if (operation !== 'CREATE' || kind.storage !== claims || subresource !== '' || claim === undefined) return;
      if (classOf(asJson(claim)) !== undefined) return;
      const found = defaultClassName(lookup, classes, 'storageclass.kubernetes.io/is-default-class');
      if (found !== undefined) ensure(claim, 'spec').storageClassName = found;
    },
  };
}

/** Claims grow only where their class lets them (PersistentVolumeClaimResize). */
export function claimResizeAdmission(lookup: Lookup): AdmissionPlugin {
  const canGrow = (claim: JsonObject, old: JsonObject): boolean => {
    const name = classOf(claim) ?? '';
    if (name === '' || name !== classOf(old)) return false;
    return bool(lookup.get(classes, '', name), 'allowVolumeExpansion');
  };
  return {
    name: 'PersistentVolumeClaimResize',
    validate(attributes, claim) {
      const { operation, kind, subresource, old } = attributes;
      if (operation !== 'UPDATE' || kind.storage !== claims || subresource !== '') return;
      if (claim === undefined || old === undefined) return;
      const size = (of: JsonObject) => String(field(at(of, 'spec', 'resources', 'requests'), 'storage') ?? '0');
      if (compareQuantities(size(claim), size(old)) <= 0) return;
      if (text(at(old, 'status'), 'phase') !== 'Bound') {
        throw refused(attributes, claim, 'Only bound persistent volume claims can be expanded');
      }
      if (!canGrow(claim, old)) {
        const why =
          'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
        throw refused(attributes, claim, why);
      }
    },
  };
}
