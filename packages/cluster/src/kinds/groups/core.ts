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
import { prepareClaim, prepareClaimForStatusUpdate } from '../strategy/claim.ts';
import * as strategy from '../strategy/core.ts';
import {
  podGracePeriodSeconds,
  preparePodForCreate,
  preparePodForStatusUpdate,
  preparePodForUpdate,
} from '../strategy/pod.ts';
import { prepareServiceForCreate, prepareServiceForUpdate } from '../strategy/service.ts';
import {
  validatePersistentVolumeClaim,
  validatePersistentVolumeClaimStatusUpdate,
  validatePersistentVolumeClaimUpdate,
} from '../validation/claim.ts';
import * as validation from '../validation/core.ts';
import { validateEndpoints } from '../validation/endpoints.ts';
import { validateEvent } from '../validation/events.ts';
import { dns1035LabelName, labelName, pathSegmentName } from '../validation/names.ts';
import { validateNode, validateNodeUpdate } from '../validation/node.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from '../validation/persistent-volume.ts';
import { validatePod, validatePodTemplate } from '../validation/pod/pod.ts';
import { validatePodStatusUpdate } from '../validation/pod/status.ts';
import { validateEphemeralContainersUpdate, validatePodUpdate } from '../validation/pod/update.ts';
import { validateLimitRange, validateResourceQuota, validateResourceQuotaUpdate } from '../validation/resources.ts';
import { validateService, validateServiceStatusUpdate, validateServiceUpdate } from '../validation/service.ts';
import { replicaSetStatusErrors } from '../validation/status.ts';
import { claimWarnings } from '../warnings/claim.ts';
import * as otherWarnings from '../warnings/others.ts';
import { podWarnings } from '../warnings/pod.ts';
import { secretWarnings } from '../warnings/secret.ts';
import { serviceWarnings } from '../warnings/service.ts';

export const core: Behaviours = {
  Pod: {
    defaults: defaults.setPodDefaults,
    keepsCreatedStatus: true,
    prepareForCreate: preparePodForCreate,
    prepareForUpdate: preparePodForUpdate,
    validate: validatePod,
    validateUpdate: validatePodUpdate,
    subresourceErrors: {
      status: validatePodStatusUpdate,
      ephemeralcontainers: validateEphemeralContainersUpdate,
      binding: () => [],
    },
    prepareForStatusUpdate: preparePodForStatusUpdate,
    warnings: podWarnings,
    statusKeepsMetadata: ['ownerReferences', 'deletionTimestamp'],
    gracePeriodSeconds: podGracePeriodSeconds,
    printer: podPrinter,
    selectors: selectors.podSelectors,
  },
  PodTemplate: {
    defaults: setPodTemplateDefaults,
    podTemplate: ['template'],
    validate: validatePodTemplate,
    printer: printers.podTemplatePrinter,
  },
  ReplicationController: {
    defaults: defaults.setReplicationControllerDefaults,
    podTemplate: ['spec', 'template'],
    warnings: otherWarnings.workloadWarnings,
    validate: validation.validateReplicationController,
    validateUpdate: validation.validateReplicationController,
    subresourceErrors: { status: replicaSetStatusErrors },
    printer: replicationControllerPrinter,
    selectors: selectors.replicationControllerSelectors,
  },
  Service: {
    nameRule: dns1035LabelName,
    defaults: defaults.setServiceDefaults,
    defaultOnRead: defaults.dropInternalTraffic,
    prepareForCreate: prepareServiceForCreate,
    prepareForUpdate: prepareServiceForUpdate,
    validate: validateService,
    validateUpdate: validateServiceUpdate,
    subresourceErrors: { status: validateServiceStatusUpdate },
    warnings: serviceWarnings,
    printer: servicePrinter,
    selectors: selectors.serviceSelectors,
  },
  Endpoints: { defaults: defaults.setEndpointsDefaults, validate: validateEndpoints, printer: endpointsPrinter },
  ConfigMap: {
    validate: validation.validateConfigMap,
    validateUpdate: validation.validateConfigMapUpdate,
    printer: printers.configMapPrinter,
  },
  Secret: {
    defaults: defaults.setSecretDefaults,
    prepareForUpdate: strategy.prepareSecretForUpdate,
    validate: validation.validateSecret,
    validateUpdate: validation.validateSecretUpdate,
    warnings: secretWarnings,
    printer: printers.secretPrinter,
    selectors: selectors.secretSelectors,
  },
  ServiceAccount: {
    prepareForCreate: strategy.prepareServiceAccount,
    prepareForUpdate: strategy.prepareServiceAccount,
    warnings: otherWarnings.serviceAccountWarnings,
    printer: printers.serviceAccountPrinter,
  },
  Namespace: {
    nameRule: labelName,
    defaults: defaults.setNamespaceDefaults,
    prepareForCreate: strategy.prepareNamespaceForCreate,
    prepareForUpdate: strategy.prepareNamespaceForUpdate,
    canonicalize: defaults.setNamespaceDefaults,
    validate: validation.validateNamespace,
    beginDeletion: strategy.beginNamespaceDeletion,
    printer: printers.namespacePrinter,
    selectors: selectors.namespaceSelectors,
  },
  Node: {
    defaults: defaults.setNodeDefaults,
    keepsCreatedStatus: true,
    prepareForCreate: strategy.prepareNodeForCreate,
    prepareForUpdate: strategy.prepareNode,
    prepareForStatusUpdate: strategy.prepareNodeForStatusUpdate,
    validate: validateNode,
    validateUpdate: validateNodeUpdate,
    subresourceErrors: { status: validateNodeUpdate },
    warnings: otherWarnings.nodeWarnings,
    printer: printers.nodePrinter,
    selectors: selectors.nodeSelectors,
  },
  PersistentVolume: {
    defaults: defaults.setPersistentVolumeDefaults,
    prepareForCreate: strategy.preparePersistentVolumeForCreate,
    prepareForUpdate: strategy.preparePersistentVolume,
    prepareForStatusUpdate: strategy.preparePersistentVolumeForStatusUpdate,
    validate: validatePersistentVolume,
    validateUpdate: validatePersistentVolumeUpdate,
    subresourceErrors: { status: () => [] },
    warnings: otherWarnings.persistentVolumeWarnings,
    printer: persistentVolumePrinter,
  },
  PersistentVolumeClaim: {
    defaults: defaults.setPersistentVolumeClaimDefaults,
    defaultOnRead: defaults.setClaimPhase,
    prepareForCreate: (claim) => prepareClaim(claim, undefined),
    prepareForUpdate: prepareClaim,
    prepareForStatusUpdate: prepareClaimForStatusUpdate,
    validate: validatePersistentVolumeClaim,
    validateUpdate: validatePersistentVolumeClaimUpdate,
    subresourceErrors: { status: validatePersistentVolumeClaimStatusUpdate },
    warnings: claimWarnings,
    printer: persistentVolumeClaimPrinter,
  },
  LimitRange: {
    defaults: defaults.setLimitRangeDefaults,
    prepareForCreate: strategy.nameLimitRange,
    validate: validateLimitRange,
    printer: nameAndCreation,
  },
  ResourceQuota: {
    validate: validateResourceQuota,
    validateUpdate: validateResourceQuotaUpdate,
    printer: printers.resourceQuotaPrinter,
  },
  Event: {
    nameRule: pathSegmentName,
    validate: validateEvent,
    printer: coreEventPrinter,
    selectors: selectors.coreEventSelectors,
  },
  ComponentStatus: { printer: printers.componentStatusPrinter },
};
