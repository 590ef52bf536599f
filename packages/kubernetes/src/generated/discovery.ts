// Generated from the data in packages/kubernetes/data by `npm run generate`. Do not edit.
import type { ObjectMeta, ObjectMetaInput } from '@opwright/machinery';
import { builtinResource, type Resource } from '@opwright/machinery/resource';
import type { ObjectReference } from './core.ts';

export interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions?: EndpointConditions;
  readonly hostname?: string;
  readonly targetRef?: ObjectReference;
  readonly deprecatedTopology?: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  readonly zone?: string;
  readonly hints?: EndpointHints;
}

export interface EndpointConditions {
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
}

export interface EndpointHints {
  readonly forZones?: readonly ForZone[];
}

export interface EndpointPort {
  readonly name?: string;
  readonly protocol?: 'SCTP' | 'TCP' | 'UDP';
  readonly port?: number;
  readonly appProtocol?: string;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/ */
export interface EndpointSlice {
  readonly apiVersion: 'discovery.k8s.io/v1';
  readonly kind: 'EndpointSlice';
  readonly metadata: ObjectMeta;
  readonly addressType: 'FQDN' | 'IPv4' | 'IPv6';
  readonly endpoints: readonly Endpoint[] | null;
  readonly ports: readonly EndpointPort[] | null;
}

/** What a person writes to create a EndpointSlice. */
export interface EndpointSliceInput {
  readonly apiVersion?: 'discovery.k8s.io/v1';
  readonly kind?: 'EndpointSlice';
  readonly metadata: ObjectMetaInput;
  readonly addressType: 'FQDN' | 'IPv4' | 'IPv6';
  readonly endpoints?: readonly Endpoint[] | null;
  readonly ports?: readonly EndpointPort[] | null;
}

/** @see https://v1-32.docs.kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/ */
export const EndpointSlice: Resource<'discovery.k8s.io/v1', 'EndpointSlice', EndpointSlice, EndpointSliceInput> = /* @__PURE__ */ builtinResource({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
});

export interface ForZone {
  readonly name: string;
}
