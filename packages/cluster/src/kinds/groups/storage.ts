import type { Behaviours } from '../behaviour.ts';
import { setCSIDriverDefaults, setStorageClassDefaults } from '../defaults/storage.ts';
import { nameAndCreation } from '../printers/columns.ts';
import * as printers from '../printers/storage.ts';

export const storage: Behaviours = {
  StorageClass: { defaults: setStorageClassDefaults, printer: printers.storageClassPrinter },
  CSIDriver: { defaults: setCSIDriverDefaults, printer: printers.csiDriverPrinter },
  CSINode: { printer: printers.csiNodePrinter },
  CSIStorageCapacity: { printer: nameAndCreation },
  VolumeAttachment: { printer: printers.volumeAttachmentPrinter },
};
