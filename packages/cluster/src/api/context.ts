import type { Clock, Random } from '@opwright/machinery';
import type { FeatureGates } from '../kinds/feature-gates.ts';
import type { Allocator, ServedKind } from '../kinds/kind.ts';
import type { Registry } from '../kinds/registry.ts';
import type { FanOut } from '../store/fan-out.ts';
import type { Store } from '../store/store.ts';
import type { AdmissionChain } from './admission/admission.ts';
import type { Authorizer } from './authorize.ts';
import type { KubeletHooks } from './connect/kubelet.ts';
import type { FaultSource } from './faults.ts';
import type { ServerRequest, ServerResponse, UserInfo } from './http-types.ts';
import type { ApiServerMetrics } from './metrics.ts';
import type { Negotiated } from './negotiate.ts';
import type { RuleResolver } from './rbac/rules.ts';
import type { ProtobufDecoder } from './read-body.ts';
import type { PathRequest, ResourceRequest } from './request-info.ts';
import type { WritableRequestLog } from './request-log.ts';
import type { TokenIssuer } from './tokens/issuer.ts';
import type { TokenAuthenticator } from './tokens/token.ts';

/** What the API server is made of; one per cluster. */
export interface ApiServer {
  readonly store: Store;
  /** Through which watches are told of what happens in the store. */
  readonly fanOut: FanOut;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly allocator: Allocator;
  readonly tokens: readonly TokenAuthenticator[];
  /** Whom tokens have to be meant for. */
  readonly audiences: readonly string[];
  readonly issuer: TokenIssuer;
  readonly authorizer: Authorizer;
  readonly rules: RuleResolver;
  /** What is to go wrong. */
  readonly faults: Pick<FaultSource, 'next'>;
  readonly requests: Pick<WritableRequestLog, 'add'>;
  readonly admission: AdmissionChain;
  /** What there is behind the pods; empty without a kubelet. */
  readonly kubelet: KubeletHooks;
  readonly protobuf: ProtobufDecoder;
  readonly hooks: readonly WriteHook[];
  /** Documents beside the resources, asked in turn: discovery, OpenAPI, version, health. */
  readonly documents: readonly DocumentHandler[];
  readonly metrics: ApiServerMetrics;
  /** Time between the bookmarks of a watch. */
  readonly bookmarkIntervalMs: number;
  readonly featureGates: FeatureGates;
}

/**
 * Called inside the request, after a write of a kind was stored and before it is answered: what has to be true as soon
 * as the client knows (an established CRD is served).
 */
export interface WriteHook {
  readonly storage: string;
  afterWrite(name: string): void | Promise<void>;
}

/** Answers requests that name no resource; undefined where the path is not its business. */
export type DocumentHandler = (
  request: ServerRequest,
  info: PathRequest,
) => ServerResponse | undefined | Promise<ServerResponse | undefined>;

/** One request to one resource, past authorization. */
export interface Call {
  readonly server: ApiServer;
  readonly request: ServerRequest;
  readonly info: ResourceRequest;
  readonly kind: ServedKind;
  readonly user: UserInfo;
  readonly negotiated: Negotiated;
  /** Texts for Warning headers, in order. */
  readonly warnings: string[];
  /** The revision that gets and lists show; default: the current one. */
  readonly readAt: number | undefined;
}

/** What a verb answers, before it is encoded. */
export type Result =
  | { readonly code: number; readonly object: unknown; readonly kind: ServedKind }
  | { readonly code: number; readonly list: ResultList; readonly kind: ServedKind }
  /** A Status or a foreign object (Scale): no transforms apply. */
  | { readonly code: number; readonly plain: unknown }
  | { readonly stream: AsyncIterable<unknown> }
  /** Something else than API objects: a log, a connection that becomes another one. */
  | { readonly response: ServerResponse };

export interface ResultList {
  readonly metadata: ListMetadata;
  readonly items: readonly unknown[];
}

export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}
