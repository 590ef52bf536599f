import type { MutableObject } from '../kind.ts';
import { each, ensure, setDefault, within } from '../tree.ts';
import { setClaimSpecDefaults } from './claim.ts';
import { setPodTemplateDefaults } from './pod-spec.ts';

export function setDeploymentDefaults(deployment: MutableObject): void {
  const spec = ensure(deployment, 'spec');
  setDefault(spec, 'replicas', 1);
  const strategy = ensure(spec, 'strategy');
  setDefault(strategy, 'type', 'RollingUpdate');
  if (strategy.type === 'RollingUpdate') {
    const rollingUpdate = ensure(strategy, 'rollingUpdate');
    rollingUpdate.maxUnavailable ??= '25%';
    rollingUpdate.maxSurge ??= '25%';
  }
  setDefault(spec, 'revisionHistoryLimit', 10);
  setDefault(spec, 'progressDeadlineSeconds', 600);
  setPodTemplateDefaults(spec);
}

export function setReplicaSetDefaults(replicaSet: MutableObject): void {
  const spec = ensure(replicaSet, 'spec');
  setDefault(spec, 'replicas', 1);
  setPodTemplateDefaults(spec);
}

export function setStatefulSetDefaults(statefulSet: MutableObject): void {
  const spec = ensure(statefulSet, 'spec');
  setDefault(spec, 'replicas', 1);
  setDefault(spec, 'podManagementPolicy', 'OrderedReady');
  const strategy = ensure(spec, 'updateStrategy');
  if (!strategy.type) {
    strategy.type = 'RollingUpdate';
    ensure(strategy, 'rollingUpdate');
  }
  const rollingUpdate = within(strategy, 'rollingUpdate');
  if (strategy.type === 'RollingUpdate' && rollingUpdate !== undefined) setDefault(rollingUpdate, 'partition', 0);
  setDefault(spec, 'revisionHistoryLimit', 10);
  const retention = ensure(spec, 'persistentVolumeClaimRetentionPolicy');
  setDefault(retention, 'whenDeleted', 'Retain');
  setDefault(retention, 'whenScaled', 'Retain');
  for (const claim of each(spec, 'volumeClaimTemplates')) {
    // Whatever the template calls itself.
    Object.assign(claim, { kind: 'PersistentVolumeClaim', apiVersion: 'v1' });
    setClaimSpecDefaults(ensure(claim, 'spec'));
    setDefault(ensure(claim, 'status'), 'phase', 'Pending');
  }
  setPodTemplateDefaults(spec);
}

export function setDaemonSetDefaults(daemonSet: MutableObject): void {
  // A count of rollouts that every daemon set shows, whoever writes it.
  setDefault(ensure(ensure(daemonSet, 'metadata'), 'annotations'), 'deprecated.daemonset.template.generation', '0');
  const spec = ensure(daemonSet, 'spec');
  const strategy = ensure(spec, 'updateStrategy');
  setDefault(strategy, 'type', 'RollingUpdate');
  if (strategy.type === 'RollingUpdate') {
    const rollingUpdate = ensure(strategy, 'rollingUpdate');
    setDefault(rollingUpdate, 'maxUnavailable', 1);
    setDefault(rollingUpdate, 'maxSurge', 0);
  }
  setDefault(spec, 'revisionHistoryLimit', 10);
  setPodTemplateDefaults(spec);
}
