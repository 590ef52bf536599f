// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.
import type { ObjectMeta, ObjectMetaInput } from '@opwright/machinery';
import { builtinResource, type Resource } from '@opwright/machinery/resource';

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/priority-class-v1/ */
export interface PriorityClass {
  readonly apiVersion: 'scheduling.k8s.io/v1';
  readonly kind: 'PriorityClass';
  readonly metadata: ObjectMeta;
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly description?: string;
  readonly preemptionPolicy?: 'Never' | 'PreemptLowerPriority';
}

/** What a person writes to create a PriorityClass. */
export interface PriorityClassInput {
  readonly apiVersion?: 'scheduling.k8s.io/v1';
  readonly kind?: 'PriorityClass';
  readonly metadata: ObjectMetaInput;
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly description?: string;
  readonly preemptionPolicy?: 'Never' | 'PreemptLowerPriority';
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/workload-resources/priority-class-v1/ */
export const PriorityClass: Resource<'scheduling.k8s.io/v1', 'PriorityClass', PriorityClass, PriorityClassInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  scope: 'Cluster',
  shortNames: ['pc'],
});
