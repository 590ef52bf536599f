import type { ServerRequest, UserInfo } from './http-types.ts';
import { header } from './negotiate.ts';
import type { RequestInfo } from './request-info.ts';

/** What one request is about. */
export interface RequestFacts {
  readonly method: string;
  /** As RBAC has it (`list`, `deletecollection`); the method in lower case where the path names no resource. */
  readonly verb: string;
  /** Path and query. */
  readonly path: string;
  /** These are '' where the path does not have them; the core group is '' too. */
  readonly group: string;
  readonly version: string;
  /** The plural. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Who sends it, before impersonation; '' for an unknown token. */
  readonly user: string;
  readonly userAgent: string;
}

/** A request that was answered. */
export interface RequestRecord extends RequestFacts {
  /** Of the header Audit-ID, which the client may have given. */
  readonly auditId: string;
  /** Who it was made as, where that is somebody else; otherwise ''. */
  readonly impersonatedUser: string;
  /** When it came, in ms since the epoch by the cluster's clock. */
  readonly at: number;
  /** The HTTP status; 0 for a connection that a fault has dropped. */
  readonly code: number;
  /** Until the answer was ready, by the cluster's clock; of a watch: until it began. */
  readonly durationMs: number;
}

/** The requests that a cluster has answered, the controllers' own included. */
export interface RequestLog {
  /** The last ones, oldest first; at least as many as {@link ClusterOptions.requestLimit} says when there were so many. */
  readonly records: readonly RequestRecord[];
  /** How many there were since the start. */
  readonly count: number;
  /** Calls back after each request, inside it. Returns the function that ends it. */
  subscribe(listener: (record: RequestRecord) => void): () => void;
  /** Forgets the records. */
  clear(): void;
}

export interface WritableRequestLog extends RequestLog {
  add(record: RequestRecord): void;
}

/** @param limit records that are kept at least; up to twice as many are, so that forgetting costs nothing per request */
export function createRequestLog(limit: number): WritableRequestLog {
  let records: RequestRecord[] = [];
  let count = 0;
  const listeners = new Set<(record: RequestRecord) => void>();
  return {
    get records() {
      return records;
    },
    get count() {
      return count;
    },
    subscribe(listener) {
      const entry = (record: RequestRecord) => listener(record);
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
    clear() {
      records = [];
    },
    add(record) {
      count++;
      if (limit > 0) records.push(record);
      if (limit > 0 && records.length >= 2 * limit) records = records.slice(-limit);
      for (const listener of listeners) listener(record);
    },
  };
}

/** What is known of a request, and what came of it. */
export interface Observed {
  readonly auditId: string;
  readonly info?: RequestInfo;
  /** Who sends it. */
  readonly sender?: UserInfo;
  /** Who it acts as. */
  readonly user?: UserInfo;
}

/** The record of a request; before it is answered, with a code and duration of 0. One literal: there is one per request. */
export function recordOf(
  request: ServerRequest,
  { auditId, info, sender, user }: Observed,
  at: number,
  code = 0,
  durationMs = 0,
): RequestRecord {
  const resource = info?.isResource === true ? info : undefined;
  return {
    method: request.method,
    verb: info?.verb || request.method.toLowerCase(),
    path: request.path,
    group: resource?.group ?? '',
    version: resource?.version ?? '',
    resource: resource?.resource ?? '',
    subresource: resource?.subresource ?? '',
    namespace: resource?.namespace ?? '',
    name: resource?.name ?? '',
    user: sender?.name ?? '',
    userAgent: header(request, 'user-agent') ?? '',
    auditId,
    impersonatedUser: user === undefined || user === sender ? '' : user.name,
    at,
    code,
    durationMs,
  };
}
