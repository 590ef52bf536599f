// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.
import type { JsonObject, ObjectMeta, ObjectMetaInput } from '@opwright/machinery';
import { builtinResource, type Resource } from '@opwright/machinery/resource';
import type { PersistentVolumeClaimInput, PodTemplateSpec } from './core.ts';
import type { IntOrString, LabelSelector } from './meta.ts';

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/controller-revision-v1/ */
export interface ControllerRevision {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'ControllerRevision';
  readonly metadata: ObjectMeta;
  readonly data?: JsonObject;
  readonly revision: number;
}

/** What a person writes to create a ControllerRevision. */
export interface ControllerRevisionInput {
  readonly apiVersion?: 'apps/v1';
  readonly kind?: 'ControllerRevision';
  readonly metadata: ObjectMetaInput;
  readonly data?: JsonObject;
  readonly revision: number;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/controller-revision-v1/ */
export const ControllerRevision: Resource<'apps/v1', 'ControllerRevision', ControllerRevision, ControllerRevisionInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
});

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/ */
export interface DaemonSet {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'DaemonSet';
  readonly metadata: ObjectMeta;
  readonly spec: DaemonSetSpec;
  readonly status: DaemonSetStatus;
}

/** What a person writes to create a DaemonSet. */
export interface DaemonSetInput {
  readonly apiVersion?: 'apps/v1';
  readonly kind?: 'DaemonSet';
  readonly metadata: ObjectMetaInput;
  readonly spec: DaemonSetSpec;
  readonly status?: DaemonSetStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/ */
export const DaemonSet: Resource<'apps/v1', 'DaemonSet', DaemonSet, DaemonSetInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  subresources: ['status'],
});

export interface DaemonSetCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null;
  readonly reason?: string;
  readonly message?: string;
}

export interface DaemonSetSpec {
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly updateStrategy?: DaemonSetUpdateStrategy;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
}

export interface DaemonSetStatus {
  readonly currentNumberScheduled: number;
  readonly numberMisscheduled: number;
  readonly desiredNumberScheduled: number;
  readonly numberReady: number;
  readonly observedGeneration?: number;
  readonly updatedNumberScheduled?: number;
  readonly numberAvailable?: number;
  readonly numberUnavailable?: number;
  readonly collisionCount?: number;
  readonly conditions?: readonly DaemonSetCondition[];
}

export interface DaemonSetUpdateStrategy {
  readonly type?: 'OnDelete' | 'RollingUpdate';
  readonly rollingUpdate?: RollingUpdateDaemonSet;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/ */
export interface Deployment {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'Deployment';
  readonly metadata: ObjectMeta;
  readonly spec: DeploymentSpec;
  readonly status: DeploymentStatus;
}

/** What a person writes to create a Deployment. */
export interface DeploymentInput {
  readonly apiVersion?: 'apps/v1';
  readonly kind?: 'Deployment';
  readonly metadata: ObjectMetaInput;
  readonly spec: DeploymentSpec;
  readonly status?: DeploymentStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/ */
export const Deployment: Resource<'apps/v1', 'Deployment', Deployment, DeploymentInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  subresources: ['scale', 'status'],
});

export interface DeploymentCondition {
  readonly type: string;
  readonly status: string;
  readonly lastUpdateTime?: string | null;
  readonly lastTransitionTime?: string | null;
  readonly reason?: string;
  readonly message?: string;
}

export interface DeploymentSpec {
  readonly replicas?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly strategy?: DeploymentStrategy;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly paused?: boolean;
  readonly progressDeadlineSeconds?: number;
}

export interface DeploymentStatus {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly conditions?: readonly DeploymentCondition[];
  readonly collisionCount?: number;
}

export interface DeploymentStrategy {
  readonly type?: 'Recreate' | 'RollingUpdate';
  readonly rollingUpdate?: RollingUpdateDeployment;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/replica-set-v1/ */
export interface ReplicaSet {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'ReplicaSet';
  readonly metadata: ObjectMeta;
  readonly spec: ReplicaSetSpec;
  readonly status: ReplicaSetStatus;
}

/** What a person writes to create a ReplicaSet. */
export interface ReplicaSetInput {
  readonly apiVersion?: 'apps/v1';
  readonly kind?: 'ReplicaSet';
  readonly metadata: ObjectMetaInput;
  readonly spec: ReplicaSetSpec;
  readonly status?: ReplicaSetStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/replica-set-v1/ */
export const ReplicaSet: Resource<'apps/v1', 'ReplicaSet', ReplicaSet, ReplicaSetInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  subresources: ['scale', 'status'],
});

export interface ReplicaSetCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null;
  readonly reason?: string;
  readonly message?: string;
}

export interface ReplicaSetSpec {
  readonly replicas?: number;
  readonly minReadySeconds?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
}

export interface ReplicaSetStatus {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly ReplicaSetCondition[];
}

export interface RollingUpdateDaemonSet {
  readonly maxUnavailable?: IntOrString;
  readonly maxSurge?: IntOrString;
}

export interface RollingUpdateDeployment {
  readonly maxUnavailable?: IntOrString;
  readonly maxSurge?: IntOrString;
}

export interface RollingUpdateStatefulSetStrategy {
  readonly partition?: number;
  readonly maxUnavailable?: IntOrString;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/ */
export interface StatefulSet {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'StatefulSet';
  readonly metadata: ObjectMeta;
  readonly spec: StatefulSetSpec;
  readonly status: StatefulSetStatus;
}

/** What a person writes to create a StatefulSet. */
export interface StatefulSetInput {
  readonly apiVersion?: 'apps/v1';
  readonly kind?: 'StatefulSet';
  readonly metadata: ObjectMetaInput;
  readonly spec: StatefulSetSpec;
  readonly status?: StatefulSetStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/ */
export const StatefulSet: Resource<'apps/v1', 'StatefulSet', StatefulSet, StatefulSetInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  subresources: ['scale', 'status'],
});

export interface StatefulSetCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string | null;
  readonly reason?: string;
  readonly message?: string;
}

export interface StatefulSetOrdinals {
  readonly start?: number;
}

export interface StatefulSetPersistentVolumeClaimRetentionPolicy {
  readonly whenDeleted?: string;
  readonly whenScaled?: string;
}

export interface StatefulSetSpec {
  readonly replicas?: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly volumeClaimTemplates?: readonly PersistentVolumeClaimInput[];
  readonly serviceName: string;
  readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
  readonly updateStrategy?: StatefulSetUpdateStrategy;
  readonly revisionHistoryLimit?: number;
  readonly minReadySeconds?: number;
  readonly persistentVolumeClaimRetentionPolicy?: StatefulSetPersistentVolumeClaimRetentionPolicy;
  readonly ordinals?: StatefulSetOrdinals;
}

export interface StatefulSetStatus {
  readonly observedGeneration?: number;
  readonly replicas: number;
  readonly readyReplicas?: number;
  readonly currentReplicas?: number;
  readonly updatedReplicas?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly collisionCount?: number;
  readonly conditions?: readonly StatefulSetCondition[];
  readonly availableReplicas?: number;
}

export interface StatefulSetUpdateStrategy {
  readonly type?: 'OnDelete' | 'RollingUpdate';
  readonly rollingUpdate?: RollingUpdateStatefulSetStrategy;
}
