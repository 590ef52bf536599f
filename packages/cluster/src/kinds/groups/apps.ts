import type { Behaviours } from '../behaviour.ts';
import * as defaults from '../defaults/apps.ts';
import * as printers from '../printers/apps.ts';
import { prepareDaemonSetForCreate, prepareDaemonSetForUpdate } from '../strategy/workloads.ts';
import * as validation from '../validation/apps.ts';
import { labelName } from '../validation/names.ts';
import * as status from '../validation/status.ts';
import { both } from '../validation/workload.ts';
import { claimTemplateWarnings } from '../warnings/claim.ts';
import { workloadWarnings } from '../warnings/others.ts';

export const apps: Behaviours = {
  Deployment: {
    defaults: defaults.setDeploymentDefaults,
    warnings: workloadWarnings,
    validate: validation.validateDeployment,
    validateUpdate: both(validation.validateSelectorUpdate, status.deploymentStatusErrors),
    podTemplate: ['spec', 'template'],
    statusKeepsMetadata: ['labels'],
    printer: printers.deploymentPrinter,
  },
  ReplicaSet: {
    defaults: defaults.setReplicaSetDefaults,
    warnings: workloadWarnings,
    validate: validation.validateReplicaSet,
    validateUpdate: both(validation.validateSelectorUpdate, status.replicaSetStatusErrors),
    podTemplate: ['spec', 'template'],
    printer: printers.replicaSetPrinter,
  },
  StatefulSet: {
    nameRule: labelName,
    defaults: defaults.setStatefulSetDefaults,
    warnings: claimTemplateWarnings,
    validate: validation.validateStatefulSet,
    validateUpdate: both(validation.validateStatefulSetUpdate, status.statefulSetStatusErrors),
    podTemplate: ['spec', 'template'],
    printer: printers.statefulSetPrinter,
  },
  DaemonSet: {
    defaults: defaults.setDaemonSetDefaults,
    prepareForCreate: prepareDaemonSetForCreate,
    prepareForUpdate: prepareDaemonSetForUpdate,
    validate: validation.validateDaemonSet,
    validateUpdate: both(validation.validateSelectorUpdate, status.daemonSetStatusErrors),
    podTemplate: ['spec', 'template'],
    printer: printers.daemonSetPrinter,
  },
  ControllerRevision: {
    validateUpdate: validation.validateControllerRevisionUpdate,
    printer: printers.controllerRevisionPrinter,
  },
};
