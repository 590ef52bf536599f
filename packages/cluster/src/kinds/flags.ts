/*
 * Yes-or-no facts of the built-in kinds' strategies, as tables. Keys are `group/Kind`, with an empty group for core.
 */

function table(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Finalizers may be any name. */
export const plainFinalizers = table(`
  apiextensions.k8s.io/CustomResourceDefinition apiregistration.k8s.io/APIService
  coordination.k8s.io/Lease node.k8s.io/RuntimeClass
  admissionregistration.k8s.io/MutatingWebhookConfiguration admissionregistration.k8s.io/ValidatingWebhookConfiguration
  admissionregistration.k8s.io/ValidatingAdmissionPolicy admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding
  admissionregistration.k8s.io/MutatingAdmissionPolicy admissionregistration.k8s.io/MutatingAdmissionPolicyBinding
`);

/** metadata.generation counts changes of the desired state. */
export const withGeneration = table(`
  /ReplicationController /PodTemplate
  apps/Deployment apps/ReplicaSet apps/StatefulSet apps/DaemonSet batch/Job batch/CronJob
  networking.k8s.io/NetworkPolicy networking.k8s.io/Ingress networking.k8s.io/IngressClass
  policy/PodDisruptionBudget discovery.k8s.io/EndpointSlice apiextensions.k8s.io/CustomResourceDefinition
  admissionregistration.k8s.io/MutatingWebhookConfiguration admissionregistration.k8s.io/ValidatingWebhookConfiguration
  admissionregistration.k8s.io/ValidatingAdmissionPolicy admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding
  admissionregistration.k8s.io/MutatingAdmissionPolicy admissionregistration.k8s.io/MutatingAdmissionPolicyBinding
  flowcontrol.apiserver.k8s.io/FlowSchema flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration
`);

/** Rules for updates look at metadata once. */
export const metadataCheckedOnce = table(`
  /PodTemplate /ResourceQuota /LimitRange /Event events.k8s.io/Event
  apps/Deployment apps/ControllerRevision batch/CronJob autoscaling/HorizontalPodAutoscaler coordination.k8s.io/Lease
  networking.k8s.io/Ingress discovery.k8s.io/EndpointSlice scheduling.k8s.io/PriorityClass storage.k8s.io/CSIDriver
  flowcontrol.apiserver.k8s.io/FlowSchema flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration
  admissionregistration.k8s.io/MutatingWebhookConfiguration admissionregistration.k8s.io/ValidatingWebhookConfiguration
  admissionregistration.k8s.io/ValidatingAdmissionPolicy admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding
  admissionregistration.k8s.io/MutatingAdmissionPolicy admissionregistration.k8s.io/MutatingAdmissionPolicyBinding
`);

/** Rules for updates look at metadata three times. */
export const metadataCheckedOften = table(`
  /PersistentVolumeClaim
  rbac.authorization.k8s.io/Role rbac.authorization.k8s.io/RoleBinding
  rbac.authorization.k8s.io/ClusterRole rbac.authorization.k8s.io/ClusterRoleBinding
`);

/** Rules for updates do not look at metadata. */
export const metadataUnchecked = table('policy/PodDisruptionBudget');

/** metadata.generation counts changes of annotations. */
export const annotationsCounted = table('apps/Deployment');

/** A PUT must carry metadata.resourceVersion. */
export const conditionalUpdateOnly = table(`
  apiextensions.k8s.io/CustomResourceDefinition apiregistration.k8s.io/APIService
  policy/PodDisruptionBudget coordination.k8s.io/Lease node.k8s.io/RuntimeClass
  admissionregistration.k8s.io/MutatingWebhookConfiguration admissionregistration.k8s.io/ValidatingWebhookConfiguration
  admissionregistration.k8s.io/ValidatingAdmissionPolicy admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding
  admissionregistration.k8s.io/MutatingAdmissionPolicy admissionregistration.k8s.io/MutatingAdmissionPolicyBinding
  storage.k8s.io/CSIDriver storage.k8s.io/CSINode storage.k8s.io/CSIStorageCapacity storage.k8s.io/VolumeAttachment
`);

/** A PUT creates what is missing. */
export const createdOnUpdate = table(`
  /Event events.k8s.io/Event /Service /Endpoints /LimitRange coordination.k8s.io/Lease node.k8s.io/RuntimeClass
  rbac.authorization.k8s.io/Role rbac.authorization.k8s.io/RoleBinding
  rbac.authorization.k8s.io/ClusterRole rbac.authorization.k8s.io/ClusterRoleBinding
`);

/** DELETE answers with the object. */
export const returnedWhenDeleted = table(`
  /Pod /Service /ServiceAccount /PersistentVolumeClaim /PersistentVolume /Namespace /ResourceQuota /PodTemplate
  storage.k8s.io/StorageClass storage.k8s.io/CSIDriver storage.k8s.io/CSINode
  storage.k8s.io/VolumeAttachment
`);

/** Reads and lists come from etcd itself, not from a watch cache. */
export const uncached = table('/Event events.k8s.io/Event');

/** DELETE without propagationPolicy leaves the dependents alone. */
export const orphaningByDefault = table('/ReplicationController batch/Job');

/** Kinds with a scale subresource all keep their numbers in the same places. */
export const builtinScalePaths = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.spec.selector',
} as const;
