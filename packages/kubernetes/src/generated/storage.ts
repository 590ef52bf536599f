// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.
import type { ObjectMeta, ObjectMetaInput } from '@opwright/machinery';
import { builtinResource, type Resource } from '@opwright/machinery/resource';
import type { PersistentVolumeSpec, TopologySelectorTerm } from './core.ts';
import type { LabelSelector, Quantity } from './meta.ts';

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/csi-driver-v1/ */
export interface CSIDriver {
  readonly apiVersion: 'storage.k8s.io/v1';
  readonly kind: 'CSIDriver';
  readonly metadata: ObjectMeta;
  readonly spec: CSIDriverSpec;
}

/** What a person writes to create a CSIDriver. */
export interface CSIDriverInput {
  readonly apiVersion?: 'storage.k8s.io/v1';
  readonly kind?: 'CSIDriver';
  readonly metadata: ObjectMetaInput;
  readonly spec: CSIDriverSpec;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/csi-driver-v1/ */
export const CSIDriver: Resource<'storage.k8s.io/v1', 'CSIDriver', CSIDriver, CSIDriverInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
});

export interface CSIDriverSpec {
  readonly attachRequired?: boolean;
  readonly podInfoOnMount?: boolean;
  readonly volumeLifecycleModes?: readonly string[];
  readonly storageCapacity?: boolean;
  readonly fsGroupPolicy?: string;
  readonly tokenRequests?: readonly TokenRequest[];
  readonly requiresRepublish?: boolean;
  readonly seLinuxMount?: boolean;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/csi-node-v1/ */
export interface CSINode {
  readonly apiVersion: 'storage.k8s.io/v1';
  readonly kind: 'CSINode';
  readonly metadata: ObjectMeta;
  readonly spec: CSINodeSpec;
}

/** What a person writes to create a CSINode. */
export interface CSINodeInput {
  readonly apiVersion?: 'storage.k8s.io/v1';
  readonly kind?: 'CSINode';
  readonly metadata: ObjectMetaInput;
  readonly spec: CSINodeSpec;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/csi-node-v1/ */
export const CSINode: Resource<'storage.k8s.io/v1', 'CSINode', CSINode, CSINodeInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
});

export interface CSINodeDriver {
  readonly name: string;
  readonly nodeID: string;
  readonly topologyKeys?: readonly string[] | null;
  readonly allocatable?: VolumeNodeResources;
}

export interface CSINodeSpec {
  readonly drivers: readonly CSINodeDriver[];
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/csi-storage-capacity-v1/ */
export interface CSIStorageCapacity {
  readonly apiVersion: 'storage.k8s.io/v1';
  readonly kind: 'CSIStorageCapacity';
  readonly metadata: ObjectMeta;
  readonly nodeTopology?: LabelSelector;
  readonly storageClassName: string;
  readonly capacity?: Quantity;
  readonly maximumVolumeSize?: Quantity;
}

/** What a person writes to create a CSIStorageCapacity. */
export interface CSIStorageCapacityInput {
  readonly apiVersion?: 'storage.k8s.io/v1';
  readonly kind?: 'CSIStorageCapacity';
  readonly metadata: ObjectMetaInput;
  readonly nodeTopology?: LabelSelector;
  readonly storageClassName: string;
  readonly capacity?: Quantity;
  readonly maximumVolumeSize?: Quantity;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/csi-storage-capacity-v1/ */
export const CSIStorageCapacity: Resource<'storage.k8s.io/v1', 'CSIStorageCapacity', CSIStorageCapacity, CSIStorageCapacityInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
});

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/storage-class-v1/ */
export interface StorageClass {
  readonly apiVersion: 'storage.k8s.io/v1';
  readonly kind: 'StorageClass';
  readonly metadata: ObjectMeta;
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy?: 'Delete' | 'Recycle' | 'Retain';
  readonly mountOptions?: readonly string[];
  readonly allowVolumeExpansion?: boolean;
  readonly volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
  readonly allowedTopologies?: readonly TopologySelectorTerm[];
}

/** What a person writes to create a StorageClass. */
export interface StorageClassInput {
  readonly apiVersion?: 'storage.k8s.io/v1';
  readonly kind?: 'StorageClass';
  readonly metadata: ObjectMetaInput;
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy?: 'Delete' | 'Recycle' | 'Retain';
  readonly mountOptions?: readonly string[];
  readonly allowVolumeExpansion?: boolean;
  readonly volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
  readonly allowedTopologies?: readonly TopologySelectorTerm[];
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/storage-class-v1/ */
export const StorageClass: Resource<'storage.k8s.io/v1', 'StorageClass', StorageClass, StorageClassInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  scope: 'Cluster',
  shortNames: ['sc'],
});

export interface TokenRequest {
  readonly audience: string;
  readonly expirationSeconds?: number;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume-attachment-v1/ */
export interface VolumeAttachment {
  readonly apiVersion: 'storage.k8s.io/v1';
  readonly kind: 'VolumeAttachment';
  readonly metadata: ObjectMeta;
  readonly spec: VolumeAttachmentSpec;
  readonly status: VolumeAttachmentStatus;
}

/** What a person writes to create a VolumeAttachment. */
export interface VolumeAttachmentInput {
  readonly apiVersion?: 'storage.k8s.io/v1';
  readonly kind?: 'VolumeAttachment';
  readonly metadata: ObjectMetaInput;
  readonly spec: VolumeAttachmentSpec;
  readonly status?: VolumeAttachmentStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume-attachment-v1/ */
export const VolumeAttachment: Resource<'storage.k8s.io/v1', 'VolumeAttachment', VolumeAttachment, VolumeAttachmentInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  scope: 'Cluster',
  subresources: ['status'],
});

export interface VolumeAttachmentSource {
  readonly persistentVolumeName?: string;
  readonly inlineVolumeSpec?: PersistentVolumeSpec;
}

export interface VolumeAttachmentSpec {
  readonly attacher: string;
  readonly source: VolumeAttachmentSource;
  readonly nodeName: string;
}

export interface VolumeAttachmentStatus {
  readonly attached: boolean;
  readonly attachmentMetadata?: Readonly<Record<string, string>>;
  readonly attachError?: VolumeError;
  readonly detachError?: VolumeError;
}

export interface VolumeError {
  readonly time?: string | null;
  readonly message?: string;
}

export interface VolumeNodeResources {
  readonly count?: number;
}
