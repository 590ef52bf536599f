import type { Behaviours } from '../behaviour.ts';
import * as defaults from '../defaults/core.ts';
import { setPodTemplateDefaults } from '../defaults/pod-spec.ts';
import { replicationControllerPrinter } from '../printers/apps.ts';
import { nameAndCreation } from '../printers/columns.ts';
import * as printers from '../printers/core.ts';
import { coreEventPrinter } from '../printers/events.ts';
import { endpointsPrinter, servicePrinter } from '../printers/networking.ts';
import { podPrinter } from '../printers/pod.ts';
import { persistentVolumeClaimPrinter, persistentVolumePrinter } from '../printers/storage.ts';
import * as selectors from '../selectors.ts';
import * as strategy from '../strategy/core.ts';
import { podGracePeriodSeconds, preparePodForCreate, preparePodForUpdate } from '../strategy/pod.ts';
import { prepareServiceForCreate, prepareServiceForUpdate } from '../strategy/service.ts';
import { dns1035LabelName, labelName, pathSegmentName } from '../validation/names.ts';

export const core: Behaviours = {
  Pod: {
    defaults: defaults.setPodDefaults,
    prepareForCreate: preparePodForCreate,
    prepareForUpdate: preparePodForUpdate,
    gracePeriodSeconds: podGracePeriodSeconds,
    printer: podPrinter,
    selectors: selectors.podSelectors,
  },
  PodTemplate: { defaults: setPodTemplateDefaults, printer: printers.podTemplatePrinter },
  ReplicationController: {
    defaults: defaults.setReplicationControllerDefaults,
    printer: replicationControllerPrinter,
    selectors: selectors.replicationControllerSelectors,
  },
  Service: {
    nameRule: dns1035LabelName,
    defaults: defaults.setServiceDefaults,
    prepareForCreate: prepareServiceForCreate,
    prepareForUpdate: prepareServiceForUpdate,
    printer: servicePrinter,
    selectors: selectors.serviceSelectors,
  },
  Endpoints: { defaults: defaults.setEndpointsDefaults, printer: endpointsPrinter },
  ConfigMap: { printer: printers.configMapPrinter },
  Secret: {
    defaults: defaults.setSecretDefaults,
    prepareForUpdate: strategy.prepareSecretForUpdate,
    printer: printers.secretPrinter,
    selectors: selectors.secretSelectors,
  },
  ServiceAccount: {
    prepareForCreate: strategy.prepareServiceAccount,
    prepareForUpdate: strategy.prepareServiceAccount,
    printer: printers.serviceAccountPrinter,
  },
  Namespace: {
    nameRule: labelName,
    defaults: defaults.setNamespaceDefaults,
    prepareForCreate: strategy.prepareNamespaceForCreate,
    prepareForUpdate: strategy.prepareNamespaceForUpdate,
    printer: printers.namespacePrinter,
    selectors: selectors.namespaceSelectors,
  },
  Node: {
    defaults: defaults.setNodeDefaults,
    keepsCreatedStatus: true,
    printer: printers.nodePrinter,
    selectors: selectors.nodeSelectors,
  },
  PersistentVolume: {
    defaults: defaults.setPersistentVolumeDefaults,
    prepareForCreate: strategy.preparePersistentVolumeForCreate,
    printer: persistentVolumePrinter,
  },
  PersistentVolumeClaim: {
    defaults: defaults.setPersistentVolumeClaimDefaults,
    prepareForCreate: strategy.preparePersistentVolumeClaimForCreate,
    printer: persistentVolumeClaimPrinter,
  },
  LimitRange: { defaults: defaults.setLimitRangeDefaults, printer: nameAndCreation },
  ResourceQuota: { printer: printers.resourceQuotaPrinter },
  Event: { nameRule: pathSegmentName, printer: coreEventPrinter, selectors: selectors.coreEventSelectors },
  ComponentStatus: { printer: printers.componentStatusPrinter },
};
