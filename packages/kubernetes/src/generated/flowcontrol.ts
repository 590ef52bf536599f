// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.
import type { ObjectMeta, ObjectMetaInput } from '@opwright/machinery';
import { builtinResource, type Resource } from '@opwright/machinery/resource';

export interface ExemptPriorityLevelConfiguration {
  readonly nominalConcurrencyShares?: number;
  readonly lendablePercent?: number;
}

export interface FlowDistinguisherMethod {
  readonly type: string;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/policy-resources/flow-schema-v1/ */
export interface FlowSchema {
  readonly apiVersion: 'flowcontrol.apiserver.k8s.io/v1';
  readonly kind: 'FlowSchema';
  readonly metadata: ObjectMeta;
  readonly spec: FlowSchemaSpec;
  readonly status: FlowSchemaStatus;
}

/** What a person writes to create a FlowSchema. */
export interface FlowSchemaInput {
  readonly apiVersion?: 'flowcontrol.apiserver.k8s.io/v1';
  readonly kind?: 'FlowSchema';
  readonly metadata: ObjectMetaInput;
  readonly spec: FlowSchemaSpec;
  readonly status?: FlowSchemaStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/policy-resources/flow-schema-v1/ */
export const FlowSchema: Resource<'flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', FlowSchema, FlowSchemaInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  subresources: ['status'],
});

export interface FlowSchemaCondition {
  readonly type?: string;
  readonly status?: string;
  readonly lastTransitionTime?: string | null;
  readonly reason?: string;
  readonly message?: string;
}

export interface FlowSchemaSpec {
  readonly priorityLevelConfiguration: PriorityLevelConfigurationReference;
  readonly matchingPrecedence?: number;
  readonly distinguisherMethod?: FlowDistinguisherMethod;
  readonly rules?: readonly PolicyRulesWithSubjects[];
}

export interface FlowSchemaStatus {
  readonly conditions?: readonly FlowSchemaCondition[];
}

export interface GroupSubject {
  readonly name: string;
}

export interface LimitResponse {
  readonly type: string;
  readonly queuing?: QueuingConfiguration;
}

export interface LimitedPriorityLevelConfiguration {
  readonly nominalConcurrencyShares?: number | null;
  readonly limitResponse: LimitResponse;
  readonly lendablePercent?: number;
  readonly borrowingLimitPercent?: number;
}

export interface NonResourcePolicyRule {
  readonly verbs: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

export interface PolicyRulesWithSubjects {
  readonly subjects: readonly Subject[];
  readonly resourceRules?: readonly ResourcePolicyRule[];
  readonly nonResourceRules?: readonly NonResourcePolicyRule[];
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/policy-resources/priority-level-configuration-v1/ */
export interface PriorityLevelConfiguration {
  readonly apiVersion: 'flowcontrol.apiserver.k8s.io/v1';
  readonly kind: 'PriorityLevelConfiguration';
  readonly metadata: ObjectMeta;
  readonly spec: PriorityLevelConfigurationSpec;
  readonly status: PriorityLevelConfigurationStatus;
}

/** What a person writes to create a PriorityLevelConfiguration. */
export interface PriorityLevelConfigurationInput {
  readonly apiVersion?: 'flowcontrol.apiserver.k8s.io/v1';
  readonly kind?: 'PriorityLevelConfiguration';
  readonly metadata: ObjectMetaInput;
  readonly spec: PriorityLevelConfigurationSpec;
  readonly status?: PriorityLevelConfigurationStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/policy-resources/priority-level-configuration-v1/ */
export const PriorityLevelConfiguration: Resource<'flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', PriorityLevelConfiguration, PriorityLevelConfigurationInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  subresources: ['status'],
});

export interface PriorityLevelConfigurationCondition {
  readonly type?: string;
  readonly status?: string;
  readonly lastTransitionTime?: string | null;
  readonly reason?: string;
  readonly message?: string;
}

export interface PriorityLevelConfigurationReference {
  readonly name: string;
}

export interface PriorityLevelConfigurationSpec {
  readonly type: string;
  readonly limited?: LimitedPriorityLevelConfiguration;
  readonly exempt?: ExemptPriorityLevelConfiguration;
}

export interface PriorityLevelConfigurationStatus {
  readonly conditions?: readonly PriorityLevelConfigurationCondition[];
}

export interface QueuingConfiguration {
  readonly queues?: number;
  readonly handSize?: number;
  readonly queueLengthLimit?: number;
}

export interface ResourcePolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly clusterScope?: boolean;
  readonly namespaces?: readonly string[] | null;
}

export interface ServiceAccountSubject {
  readonly namespace: string;
  readonly name: string;
}

export interface Subject {
  readonly kind: string;
  readonly user?: UserSubject;
  readonly group?: GroupSubject;
  readonly serviceAccount?: ServiceAccountSubject;
}

export interface UserSubject {
  readonly name: string;
}
