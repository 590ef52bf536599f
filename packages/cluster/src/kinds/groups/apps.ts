import type { Behaviours } from '../behaviour.ts';
import * as defaults from '../defaults/apps.ts';
import * as printers from '../printers/apps.ts';
import { prepareDaemonSetForCreate, prepareDaemonSetForUpdate } from '../strategy/workloads.ts';
import { labelName } from '../validation/names.ts';

export const apps: Behaviours = {
  Deployment: { defaults: defaults.setDeploymentDefaults, printer: printers.deploymentPrinter },
  ReplicaSet: { defaults: defaults.setReplicaSetDefaults, printer: printers.replicaSetPrinter },
  StatefulSet: {
    nameRule: labelName,
    defaults: defaults.setStatefulSetDefaults,
    printer: printers.statefulSetPrinter,
  },
  DaemonSet: {
    defaults: defaults.setDaemonSetDefaults,
    prepareForCreate: prepareDaemonSetForCreate,
    prepareForUpdate: prepareDaemonSetForUpdate,
    printer: printers.daemonSetPrinter,
  },
  ControllerRevision: { printer: printers.controllerRevisionPrinter },
};
