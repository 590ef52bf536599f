import type { JsonObject } from '@opwright/machinery';
import type { Printer } from '../behaviour.ts';
import { at, bool, field, items, text, texts } from '../tree.ts';
import { accessModesText, none } from './cells.ts';
import { ageOf, columns, nameOf, withAge } from './columns.ts';

const unset = '<unset>';

export const persistentVolumeClaimPrinter: Printer = {
  columns: columns(
    'Name',
    'Status',
    'Volume',
    'Capacity',
    'Access Modes',
    'StorageClass',
    'VolumeAttributesClass',
    'Age',
    'VolumeMode*',
  ),
  row(claim, nowMs) {
    const spec = at(claim, 'spec');
    const status = at(claim, 'status');
    const bound = text(spec, 'volumeName') !== '';
    return [
      nameOf(claim),
      phaseText(claim),
      text(spec, 'volumeName'),
      bound ? text(at(status, 'capacity'), 'storage') : '',
      bound ? accessModesText(texts(status, 'accessModes')) : '',
      storageClassText(claim),
      text(spec, 'volumeAttributesClassName') || unset,
      ageOf(claim, nowMs),
      text(spec, 'volumeMode') || unset,
    ];
  },
};

export const persistentVolumePrinter: Printer = {
  columns: columns(
    'Name',
    'Capacity',
    'Access Modes',
    'Reclaim Policy',
    'Status',
    'Claim',
    'StorageClass',
    'VolumeAttributesClass',
    'Reason',
    'Age',
    'VolumeMode*',
  ),
  row(volume, nowMs) {
    const spec = at(volume, 'spec');
    const claim = at(spec, 'claimRef');
    return [
      nameOf(volume),
      text(at(spec, 'capacity'), 'storage'),
      accessModesText(texts(spec, 'accessModes')),
      text(spec, 'persistentVolumeReclaimPolicy'),
      phaseText(volume),
      claim === undefined ? '' : `${text(claim, 'namespace')}/${text(claim, 'name')}`,
      storageClassText(volume),
      text(spec, 'volumeAttributesClassName') || unset,
      text(at(volume, 'status'), 'reason'),
      ageOf(volume, nowMs),
      text(spec, 'volumeMode') || unset,
    ];
  },
};

function phaseText(object: JsonObject): string {
  const deleting = text(at(object, 'metadata'), 'deletionTimestamp') !== '';
  return deleting ? 'Terminating' : text(at(object, 'status'), 'phase');
}

/** The annotation is older than the field and wins. */
function storageClassText(object: JsonObject): string {
  const annotation = field(at(object, 'metadata', 'annotations'), 'volume.beta.kubernetes.io/storage-class');
  return typeof annotation === 'string' ? annotation : text(at(object, 'spec'), 'storageClassName');
}

const defaultClass = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

export const storageClassPrinter: Printer = {
  columns: columns('Name', 'Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion', 'Age'),
  row(storageClass, nowMs) {
    const annotations = at(storageClass, 'metadata', 'annotations');
    const isDefault = defaultClass.some((key) => text(annotations, key) === 'true');
    return [
      isDefault ? `${nameOf(storageClass)} (default)` : nameOf(storageClass),
      text(storageClass, 'provisioner'),
      text(storageClass, 'reclaimPolicy') || 'Delete',
      text(storageClass, 'volumeBindingMode') || 'Immediate',
      bool(storageClass, 'allowVolumeExpansion'),
      ageOf(storageClass, nowMs),
    ];
  },
};

export const csiDriverPrinter = withAge(
  [
    'AttachRequired:boolean',
    'PodInfoOnMount:boolean',
    'StorageCapacity:boolean',
    'TokenRequests',
    'RequiresRepublish:boolean',
    'Modes',
  ],
  (driver) => {
    const spec = at(driver, 'spec');
    const audiences = items(spec, 'tokenRequests').map((request) => text(request, 'audience'));
    return [
      field(spec, 'attachRequired') !== false,
      bool(spec, 'podInfoOnMount'),
      bool(spec, 'storageCapacity'),
      audiences.length === 0 ? unset : audiences.join(','),
      bool(spec, 'requiresRepublish'),
      texts(spec, 'volumeLifecycleModes').join(',') || none,
    ];
  },
);

export const csiNodePrinter = withAge(['Drivers:integer'], (node) => [items(at(node, 'spec'), 'drivers').length]);

export const volumeAttachmentPrinter = withAge(['Attacher:name', 'PV', 'Node', 'Attached:boolean'], (attachment) => {
  const spec = at(attachment, 'spec');
  return [
    text(spec, 'attacher'),
    text(at(spec, 'source'), 'persistentVolumeName'),
    text(spec, 'nodeName'),
    bool(at(attachment, 'status'), 'attached'),
  ];
});
