// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.
import type { ObjectMeta, ObjectMetaInput } from '@opwright/machinery';
import { builtinResource, type Resource } from '@opwright/machinery/resource';

export interface BoundObjectReference {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly name?: string;
  readonly uid?: string;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/ */
export interface SelfSubjectReview {
  readonly apiVersion: 'authentication.k8s.io/v1';
  readonly kind: 'SelfSubjectReview';
  readonly metadata: ObjectMeta;
  readonly status: SelfSubjectReviewStatus;
}

/** What a person writes to create a SelfSubjectReview. */
export interface SelfSubjectReviewInput {
  readonly apiVersion?: 'authentication.k8s.io/v1';
  readonly kind?: 'SelfSubjectReview';
  readonly metadata: ObjectMetaInput;
  readonly status?: SelfSubjectReviewStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/ */
export const SelfSubjectReview: Resource<'authentication.k8s.io/v1', 'SelfSubjectReview', SelfSubjectReview, SelfSubjectReviewInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  scope: 'Cluster',
});

export interface SelfSubjectReviewStatus {
  readonly userInfo?: UserInfo;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
export interface TokenRequest {
  readonly apiVersion: 'authentication.k8s.io/v1';
  readonly kind: 'TokenRequest';
  readonly metadata: ObjectMeta;
  readonly spec: TokenRequestSpec;
  readonly status: TokenRequestStatus;
}

/** What a person writes to create a TokenRequest. */
export interface TokenRequestInput {
  readonly apiVersion?: 'authentication.k8s.io/v1';
  readonly kind?: 'TokenRequest';
  readonly metadata: ObjectMetaInput;
  readonly spec: TokenRequestSpec;
  readonly status?: TokenRequestStatus;
}

export interface TokenRequestSpec {
  readonly audiences: readonly string[];
  readonly expirationSeconds?: number | null;
  readonly boundObjectRef?: BoundObjectReference | null;
}

export interface TokenRequestStatus {
  readonly token: string;
  readonly expirationTimestamp: string;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/ */
export interface TokenReview {
  readonly apiVersion: 'authentication.k8s.io/v1';
  readonly kind: 'TokenReview';
  readonly metadata: ObjectMeta;
  readonly spec: TokenReviewSpec;
  readonly status: TokenReviewStatus;
}

/** What a person writes to create a TokenReview. */
export interface TokenReviewInput {
  readonly apiVersion?: 'authentication.k8s.io/v1';
  readonly kind?: 'TokenReview';
  readonly metadata: ObjectMetaInput;
  readonly spec: TokenReviewSpec;
  readonly status?: TokenReviewStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/ */
export const TokenReview: Resource<'authentication.k8s.io/v1', 'TokenReview', TokenReview, TokenReviewInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  scope: 'Cluster',
});

export interface TokenReviewSpec {
  readonly token?: string;
  readonly audiences?: readonly string[];
}

export interface TokenReviewStatus {
  readonly authenticated?: boolean;
  readonly user?: UserInfo;
  readonly audiences?: readonly string[];
  readonly error?: string;
}

export interface UserInfo {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}
