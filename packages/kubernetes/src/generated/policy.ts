// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.
import type { Condition, ObjectMeta, ObjectMetaInput } from '@opwright/machinery';
import { builtinResource, type Resource } from '@opwright/machinery/resource';
import type { DeleteOptions, IntOrString, LabelSelector } from './meta.ts';

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/ */
export interface Eviction {
  readonly apiVersion: 'policy/v1';
  readonly kind: 'Eviction';
  readonly metadata: ObjectMeta;
  readonly deleteOptions?: DeleteOptions;
}

/** What a person writes to create a Eviction. */
export interface EvictionInput {
  readonly apiVersion?: 'policy/v1';
  readonly kind?: 'Eviction';
  readonly metadata: ObjectMetaInput;
  readonly deleteOptions?: DeleteOptions;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/policy-resources/pod-disruption-budget-v1/ */
export interface PodDisruptionBudget {
  readonly apiVersion: 'policy/v1';
  readonly kind: 'PodDisruptionBudget';
  readonly metadata: ObjectMeta;
  readonly spec: PodDisruptionBudgetSpec;
  readonly status: PodDisruptionBudgetStatus;
}

/** What a person writes to create a PodDisruptionBudget. */
export interface PodDisruptionBudgetInput {
  readonly apiVersion?: 'policy/v1';
  readonly kind?: 'PodDisruptionBudget';
  readonly metadata: ObjectMetaInput;
  readonly spec?: PodDisruptionBudgetSpec;
  readonly status?: PodDisruptionBudgetStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/policy-resources/pod-disruption-budget-v1/ */
export const PodDisruptionBudget: Resource<'policy/v1', 'PodDisruptionBudget', PodDisruptionBudget, PodDisruptionBudgetInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  subresources: ['status'],
});

export interface PodDisruptionBudgetSpec {
  readonly minAvailable?: IntOrString;
  readonly selector?: LabelSelector;
  readonly maxUnavailable?: IntOrString;
  readonly unhealthyPodEvictionPolicy?: 'AlwaysAllow' | 'IfHealthyBudget';
}

export interface PodDisruptionBudgetStatus {
  readonly observedGeneration?: number;
  readonly disruptedPods?: Readonly<Record<string, string>>;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly conditions?: readonly Condition[];
}
