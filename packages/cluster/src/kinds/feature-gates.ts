/** What kube-apiserver 1.32 does or not, by the names of its `--feature-gates`. */
export interface FeatureGates {
  /** MutatingAdmissionPolicies and their bindings, in admissionregistration.k8s.io/v1alpha1. Default: false. */
  readonly MutatingAdmissionPolicy?: boolean;
  /** Discovery in one document. Default: true, from which Kubernetes 1.32 itself does not let go. */
  readonly AggregatedDiscoveryEndpoint?: boolean;
  /** Watches that begin with what is there (`sendInitialEvents`). Default: true. */
  readonly WatchList?: boolean;
}

const known: readonly string[] = [
  'AggregatedDiscoveryEndpoint',
  'MutatingAdmissionPolicy',
  'WatchList',
] satisfies readonly (keyof FeatureGates)[];

/** @throws Error naming a gate that does not exist here */
export function checkFeatureGates(gates: object): FeatureGates {
  for (const name of Object.keys(gates)) {
    if (!known.includes(name))
      throw new Error(`featureGates: unknown feature gate ${name}; there is ${known.join(', ')}`);
  }
  return gates;
}
