// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.
import type { ObjectMeta, ObjectMetaInput } from '@opwright/machinery';
import { builtinResource, type Resource } from '@opwright/machinery/resource';
import type { Toleration } from './core.ts';
import type { Quantity } from './meta.ts';

export interface Overhead {
  readonly podFixed?: Readonly<Record<string, Quantity>>;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/cluster-resources/runtime-class-v1/ */
export interface RuntimeClass {
  readonly apiVersion: 'node.k8s.io/v1';
  readonly kind: 'RuntimeClass';
  readonly metadata: ObjectMeta;
  readonly handler: string;
  readonly overhead?: Overhead;
  readonly scheduling?: Scheduling;
}

/** What a person writes to create a RuntimeClass. */
export interface RuntimeClassInput {
  readonly apiVersion?: 'node.k8s.io/v1';
  readonly kind?: 'RuntimeClass';
  readonly metadata: ObjectMetaInput;
  readonly handler: string;
  readonly overhead?: Overhead;
  readonly scheduling?: Scheduling;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/cluster-resources/runtime-class-v1/ */
export const RuntimeClass: Resource<'node.k8s.io/v1', 'RuntimeClass', RuntimeClass, RuntimeClassInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  scope: 'Cluster',
});

export interface Scheduling {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
}
