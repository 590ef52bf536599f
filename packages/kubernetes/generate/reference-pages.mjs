// The section of the Kubernetes API reference that holds a kind's page.

const sections = {
  'workload-resources':
    'Pod Binding PodTemplate ReplicationController ReplicaSet Deployment StatefulSet ControllerRevision DaemonSet Job CronJob HorizontalPodAutoscaler PriorityClass',
  'service-resources': 'Service Endpoints EndpointSlice Ingress IngressClass',
  'config-and-storage-resources':
    'ConfigMap Secret CSIDriver CSINode CSIStorageCapacity PersistentVolumeClaim PersistentVolume StorageClass VolumeAttachment',
  'authentication-resources': 'ServiceAccount TokenRequest TokenReview CertificateSigningRequest SelfSubjectReview',
  'authorization-resources':
    'LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview ClusterRole ClusterRoleBinding Role RoleBinding',
  'policy-resources':
    'FlowSchema LimitRange ResourceQuota NetworkPolicy PodDisruptionBudget PriorityLevelConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding',
  'extend-resources': 'CustomResourceDefinition MutatingWebhookConfiguration ValidatingWebhookConfiguration',
  'cluster-resources': 'APIService ComponentStatus Event Lease Namespace Node RuntimeClass',
};

/**
 * The page of a kind, or the reference's front page for a kind without one, in the edition of the Kubernetes version that
 * the data comes from: its addresses stay as they are when later editions move pages.
 */
export function referencePage(kind, version, kubernetes) {
  const base = `https://v${kubernetes.major}-${kubernetes.minor}.docs.kubernetes.io/docs/reference/kubernetes-api/`;
  for (const [section, kinds] of Object.entries(sections)) {
    if (kinds.split(' ').includes(kind)) return `${base}${section}/${kebab(kind)}-${version}/`;
  }
  return base;
}

function kebab(kind) {
  return kind
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}
