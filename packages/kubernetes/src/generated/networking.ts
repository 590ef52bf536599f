// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.
import type { ObjectMeta, ObjectMetaInput } from '@opwright/machinery';
import { builtinResource, type Resource } from '@opwright/machinery/resource';
import type { TypedLocalObjectReference } from './core.ts';
import type { IntOrString, LabelSelector } from './meta.ts';

export interface HTTPIngressPath {
  readonly path?: string;
  readonly pathType: 'Exact' | 'ImplementationSpecific' | 'Prefix';
  readonly backend: IngressBackend;
}

export interface HTTPIngressRuleValue {
  readonly paths: readonly HTTPIngressPath[];
}

export interface IPBlock {
  readonly cidr: string;
  readonly except?: readonly string[];
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/ */
export interface Ingress {
  readonly apiVersion: 'networking.k8s.io/v1';
  readonly kind: 'Ingress';
  readonly metadata: ObjectMeta;
  readonly spec: IngressSpec;
  readonly status: IngressStatus;
}

/** What a person writes to create a Ingress. */
export interface IngressInput {
  readonly apiVersion?: 'networking.k8s.io/v1';
  readonly kind?: 'Ingress';
  readonly metadata: ObjectMetaInput;
  readonly spec?: IngressSpec;
  readonly status?: IngressStatus;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/ */
export const Ingress: Resource<'networking.k8s.io/v1', 'Ingress', Ingress, IngressInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  subresources: ['status'],
});

export interface IngressBackend {
  readonly service?: IngressServiceBackend;
  readonly resource?: TypedLocalObjectReference;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-class-v1/ */
export interface IngressClass {
  readonly apiVersion: 'networking.k8s.io/v1';
  readonly kind: 'IngressClass';
  readonly metadata: ObjectMeta;
  readonly spec: IngressClassSpec;
}

/** What a person writes to create a IngressClass. */
export interface IngressClassInput {
  readonly apiVersion?: 'networking.k8s.io/v1';
  readonly kind?: 'IngressClass';
  readonly metadata: ObjectMetaInput;
  readonly spec?: IngressClassSpec;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-class-v1/ */
export const IngressClass: Resource<'networking.k8s.io/v1', 'IngressClass', IngressClass, IngressClassInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
});

export interface IngressClassParametersReference {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
  readonly scope?: string | null;
  readonly namespace?: string;
}

export interface IngressClassSpec {
  readonly controller?: string;
  readonly parameters?: IngressClassParametersReference;
}

export interface IngressLoadBalancerIngress {
  readonly ip?: string;
  readonly hostname?: string;
  readonly ports?: readonly IngressPortStatus[];
}

export interface IngressLoadBalancerStatus {
  readonly ingress?: readonly IngressLoadBalancerIngress[];
}

export interface IngressPortStatus {
  readonly port: number;
  readonly protocol: 'SCTP' | 'TCP' | 'UDP';
  readonly error?: string;
}

export interface IngressRule {
  readonly host?: string;
  readonly http?: HTTPIngressRuleValue;
}

export interface IngressServiceBackend {
  readonly name: string;
  readonly port?: ServiceBackendPort;
}

export interface IngressSpec {
  readonly ingressClassName?: string;
  readonly defaultBackend?: IngressBackend;
  readonly tls?: readonly IngressTLS[];
  readonly rules?: readonly IngressRule[];
}

export interface IngressStatus {
  readonly loadBalancer?: IngressLoadBalancerStatus;
}

export interface IngressTLS {
  readonly hosts?: readonly string[];
  readonly secretName?: string;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/ */
export interface NetworkPolicy {
  readonly apiVersion: 'networking.k8s.io/v1';
  readonly kind: 'NetworkPolicy';
  readonly metadata: ObjectMeta;
  readonly spec: NetworkPolicySpec;
}

/** What a person writes to create a NetworkPolicy. */
export interface NetworkPolicyInput {
  readonly apiVersion?: 'networking.k8s.io/v1';
  readonly kind?: 'NetworkPolicy';
  readonly metadata: ObjectMetaInput;
  readonly spec: NetworkPolicySpec;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/ */
export const NetworkPolicy: Resource<'networking.k8s.io/v1', 'NetworkPolicy', NetworkPolicy, NetworkPolicyInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
});

export interface NetworkPolicyEgressRule {
  readonly ports?: readonly NetworkPolicyPort[];
  readonly to?: readonly NetworkPolicyPeer[];
}

export interface NetworkPolicyIngressRule {
  readonly ports?: readonly NetworkPolicyPort[];
  readonly from?: readonly NetworkPolicyPeer[];
}

export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: IPBlock;
}

export interface NetworkPolicyPort {
  readonly protocol?: 'SCTP' | 'TCP' | 'UDP';
  readonly port?: IntOrString;
  readonly endPort?: number;
}

export interface NetworkPolicySpec {
  readonly podSelector: LabelSelector;
  readonly ingress?: readonly NetworkPolicyIngressRule[];
  readonly egress?: readonly NetworkPolicyEgressRule[];
  readonly policyTypes?: readonly ('Egress' | 'Ingress')[];
}

export interface ServiceBackendPort {
  readonly name?: string;
  readonly number?: number;
}
