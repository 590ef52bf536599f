import type { Behaviours } from '../behaviour.ts';
import { setCSIDriverDefaults, setStorageClassDefaults } from '../defaults/storage.ts';
import { nameAndCreation } from '../printers/columns.ts';
import * as printers from '../printers/storage.ts';

import { validateStorageClass, validateStorageClassUpdate } from '../validation/others.ts';

export const storage: Behaviours = {
  StorageClass: {
    defaults: setStorageClassDefaults,
    validate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
    printer: printers.storageClassPrinter,
  },
  CSIDriver: { defaults: setCSIDriverDefaults, printer: printers.csiDriverPrinter },
  CSINode: { printer: printers.csiNodePrinter },
  CSIStorageCapacity: { printer: nameAndCreation },
  VolumeAttachment: { printer: printers.volumeAttachmentPrinter },
};
