/** What kube-apiserver 1.32 can do and does not by default, by the names of its `--feature-gates`. */
export interface FeatureGates {
  /** MutatingAdmissionPolicies and their bindings, in admissionregistration.k8s.io/v1alpha1. */
  readonly MutatingAdmissionPolicy?: boolean;
}

const known: readonly string[] = ['MutatingAdmissionPolicy'] satisfies readonly (keyof FeatureGates)[];

/** @throws Error naming a gate that does not exist here */
export function checkFeatureGates(gates: object): FeatureGates {
  for (const name of Object.keys(gates)) {
    if (!known.includes(name))
      throw new Error(`featureGates: unknown feature gate ${name}; there is ${known.join(', ')}`);
  }
  return gates;
}
