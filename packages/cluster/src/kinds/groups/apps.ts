import type { Behaviours } from '../behaviour.ts';
import * as defaults from '../defaults/apps.ts';
import * as printers from '../printers/apps.ts';
import * as strategy from '../strategy/workloads.ts';
import * as validation from '../validation/apps.ts';
import { labelName } from '../validation/names.ts';
import * as status from '../validation/status.ts';
import { all } from '../validation/workload.ts';
import { claimTemplateWarnings } from '../warnings/claim.ts';
import { workloadWarnings } from '../warnings/others.ts';

export const apps: Behaviours = {
  Deployment: {
    defaults: defaults.setDeploymentDefaults,
    warnings: workloadWarnings,
    validate: validation.validateDeployment,
    validateUpdate: validation.validateSelectorUpdate,
    subresourceErrors: { status: status.deploymentStatusErrors },
    podTemplate: ['spec', 'template'],
    statusKeepsMetadata: ['labels'],
    printer: printers.deploymentPrinter,
  },
  ReplicaSet: {
    defaults: defaults.setReplicaSetDefaults,
    warnings: workloadWarnings,
    validate: validation.validateReplicaSet,
    // Kubernetes checks the whole object twice.
    validateUpdate: all(validation.validateReplicaSet, validation.validateSelectorUpdate),
    subresourceErrors: { status: status.replicaSetStatusErrors },
    podTemplate: ['spec', 'template'],
    printer: printers.replicaSetPrinter,
  },
  StatefulSet: {
    nameRule: labelName,
    defaults: defaults.setStatefulSetDefaults,
    prepareForCreate: strategy.prepareStatefulSet,
    prepareForUpdate: strategy.prepareStatefulSet,
    warnings: claimTemplateWarnings,
    validate: validation.validateStatefulSet,
    validateUpdate: validation.validateStatefulSetUpdate,
    subresourceErrors: { status: status.statefulSetStatusErrors },
    podTemplate: ['spec', 'template'],
    printer: printers.statefulSetPrinter,
  },
  DaemonSet: {
    defaults: defaults.setDaemonSetDefaults,
    prepareForCreate: strategy.prepareDaemonSetForCreate,
    prepareForUpdate: strategy.prepareDaemonSetForUpdate,
    prepareForStatusUpdate: strategy.prepareDaemonSetForStatusUpdate,
    validate: validation.validateDaemonSet,
    validateUpdate: all(validation.validateDaemonSet, validation.validateSelectorUpdate),
    subresourceErrors: { status: status.daemonSetStatusErrors },
    podTemplate: ['spec', 'template'],
    printer: printers.daemonSetPrinter,
  },
  ControllerRevision: {
    validate: validation.validateControllerRevision,
    validateUpdate: validation.validateControllerRevisionUpdate,
    printer: printers.controllerRevisionPrinter,
  },
};
