// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.
import type { ObjectMeta, ObjectMetaInput } from '@opwright/machinery';
import { builtinResource, type Resource } from '@opwright/machinery/resource';
import type { FieldSelectorRequirement, LabelSelectorRequirement } from './meta.ts';

export interface FieldSelectorAttributes {
  readonly rawSelector?: string;
  readonly requirements?: readonly FieldSelectorRequirement[];
}

export interface LabelSelectorAttributes {
  readonly rawSelector?: string;
  readonly requirements?: readonly LabelSelectorRequirement[];
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/local-subject-access-review-v1/ */
export interface LocalSubjectAccessReview {
  readonly apiVersion: 'authorization.k8s.io/v1';
  readonly kind: 'LocalSubjectAccessReview';
  readonly metadata: ObjectMeta;
  readonly spec: SubjectAccessReviewSpec;
  readonly status: SubjectAccessReviewStatus;
}

/** What a person writes to create a LocalSubjectAccessReview. */
export interface LocalSubjectAccessReviewInput {
  readonly apiVersion?: 'authorization.k8s.io/v1';
  readonly kind?: 'LocalSubjectAccessReview';
  readonly metadata: ObjectMetaInput;
  readonly spec: SubjectAccessReviewSpec;
  readonly status?: SubjectAccessReviewStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/local-subject-access-review-v1/ */
export const LocalSubjectAccessReview: Resource<'authorization.k8s.io/v1', 'LocalSubjectAccessReview', LocalSubjectAccessReview, LocalSubjectAccessReviewInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
});

export interface NonResourceAttributes {
  readonly path?: string;
  readonly verb?: string;
}

export interface NonResourceRule {
  readonly verbs: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface ResourceAttributes {
  readonly namespace?: string;
  readonly verb?: string;
  readonly group?: string;
  readonly version?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly fieldSelector?: FieldSelectorAttributes;
  readonly labelSelector?: LabelSelectorAttributes;
}

export interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/ */
export interface SelfSubjectAccessReview {
  readonly apiVersion: 'authorization.k8s.io/v1';
  readonly kind: 'SelfSubjectAccessReview';
  readonly metadata: ObjectMeta;
  readonly spec: SelfSubjectAccessReviewSpec;
  readonly status: SubjectAccessReviewStatus;
}

/** What a person writes to create a SelfSubjectAccessReview. */
export interface SelfSubjectAccessReviewInput {
  readonly apiVersion?: 'authorization.k8s.io/v1';
  readonly kind?: 'SelfSubjectAccessReview';
  readonly metadata: ObjectMetaInput;
  readonly spec: SelfSubjectAccessReviewSpec;
  readonly status?: SubjectAccessReviewStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/ */
export const SelfSubjectAccessReview: Resource<'authorization.k8s.io/v1', 'SelfSubjectAccessReview', SelfSubjectAccessReview, SelfSubjectAccessReviewInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  scope: 'Cluster',
});

export interface SelfSubjectAccessReviewSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-rules-review-v1/ */
export interface SelfSubjectRulesReview {
  readonly apiVersion: 'authorization.k8s.io/v1';
  readonly kind: 'SelfSubjectRulesReview';
  readonly metadata: ObjectMeta;
  readonly spec: SelfSubjectRulesReviewSpec;
  readonly status: SubjectRulesReviewStatus;
}

/** What a person writes to create a SelfSubjectRulesReview. */
export interface SelfSubjectRulesReviewInput {
  readonly apiVersion?: 'authorization.k8s.io/v1';
  readonly kind?: 'SelfSubjectRulesReview';
  readonly metadata: ObjectMetaInput;
  readonly spec: SelfSubjectRulesReviewSpec;
  readonly status?: SubjectRulesReviewStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-rules-review-v1/ */
export const SelfSubjectRulesReview: Resource<'authorization.k8s.io/v1', 'SelfSubjectRulesReview', SelfSubjectRulesReview, SelfSubjectRulesReviewInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  scope: 'Cluster',
});

export interface SelfSubjectRulesReviewSpec {
  readonly namespace?: string;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/ */
export interface SubjectAccessReview {
  readonly apiVersion: 'authorization.k8s.io/v1';
  readonly kind: 'SubjectAccessReview';
  readonly metadata: ObjectMeta;
  readonly spec: SubjectAccessReviewSpec;
  readonly status: SubjectAccessReviewStatus;
}

/** What a person writes to create a SubjectAccessReview. */
export interface SubjectAccessReviewInput {
  readonly apiVersion?: 'authorization.k8s.io/v1';
  readonly kind?: 'SubjectAccessReview';
  readonly metadata: ObjectMetaInput;
  readonly spec: SubjectAccessReviewSpec;
  readonly status?: SubjectAccessReviewStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/ */
export const SubjectAccessReview: Resource<'authorization.k8s.io/v1', 'SubjectAccessReview', SubjectAccessReview, SubjectAccessReviewInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
});

export interface SubjectAccessReviewSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: NonResourceAttributes;
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  readonly uid?: string;
}

export interface SubjectAccessReviewStatus {
  readonly allowed: boolean;
  readonly denied?: boolean;
  readonly reason?: string;
  readonly evaluationError?: string;
}

export interface SubjectRulesReviewStatus {
  readonly resourceRules: readonly ResourceRule[];
  readonly nonResourceRules: readonly NonResourceRule[];
  readonly incomplete: boolean;
  readonly evaluationError?: string;
}
