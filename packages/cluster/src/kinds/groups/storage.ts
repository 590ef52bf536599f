import type { Behaviours } from '../behaviour.ts';
import { setCSIDriverDefaults, setStorageClassDefaults } from '../defaults/storage.ts';
import { nameAndCreation } from '../printers/columns.ts';
import * as printers from '../printers/storage.ts';

import { validateCSINode, validateStorageClass, validateStorageClassUpdate } from '../validation/storage.ts';
import { storageCapacityWarnings, storageClassWarnings } from '../warnings/others.ts';

export const storage: Behaviours = {
  StorageClass: {
    defaults: setStorageClassDefaults,
    warnings: storageClassWarnings,
    validate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
    printer: printers.storageClassPrinter,
  },
  CSIDriver: { defaults: setCSIDriverDefaults, printer: printers.csiDriverPrinter },
  CSINode: { validate: validateCSINode, printer: printers.csiNodePrinter },
  CSIStorageCapacity: { warnings: storageCapacityWarnings, printer: nameAndCreation },
  VolumeAttachment: { printer: printers.volumeAttachmentPrinter },
};
