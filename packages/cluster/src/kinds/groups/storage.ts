import type { Behaviours } from '../behaviour.ts';
import { setCSIDriverDefaults, setStorageClassDefaults } from '../defaults/storage.ts';
import { nameAndCreation } from '../printers/columns.ts';
import * as printers from '../printers/storage.ts';
import * as csi from '../validation/csi.ts';
import { validateStorageClass, validateStorageClassUpdate } from '../validation/storage.ts';
import { storageCapacityWarnings, storageClassWarnings } from '../warnings/others.ts';

export const storage: Behaviours = {
  StorageClass: {
    defaults: setStorageClassDefaults,
    warnings: storageClassWarnings,
    validate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
    printer: printers.storageClassPrinter,
  },
  CSIDriver: {
    defaults: setCSIDriverDefaults,
    validate: csi.validateCSIDriver,
    validateUpdate: csi.validateCSIDriverUpdate,
    printer: printers.csiDriverPrinter,
  },
  CSINode: { validate: csi.validateCSINode, printer: printers.csiNodePrinter },
  CSIStorageCapacity: {
    warnings: storageCapacityWarnings,
    validate: csi.validateCSIStorageCapacity,
    validateUpdate: csi.validateCSIStorageCapacityUpdate,
    printer: nameAndCreation,
  },
  VolumeAttachment: {
    validate: csi.validateVolumeAttachment,
    validateUpdate: csi.validateVolumeAttachmentUpdate,
    printer: printers.volumeAttachmentPrinter,
  },
};
