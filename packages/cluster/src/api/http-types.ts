import type { Connection } from '../streams/connection.ts';

/** What the front (HTTPS or in-process) hands to the handler: one request, read completely. */
export interface ServerRequest {
  readonly method: string;
  /** Path and query, percent-encoded: `/api/v1/namespaces/default/pods?limit=500`. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Absent or empty bytes: no body. `json` is a value that nobody changes afterwards. */
  readonly body?: { readonly bytes: Uint8Array } | { readonly json: unknown } | undefined;
  /** The certificate that the client proved to own, signed by the cluster's CA. */
  readonly clientCertificate?: ClientCertificate;
  /** Who asks, where that is known without credentials: from the in-process transport, or from a proxy in front. */
  readonly user?: UserInfo;
  /**
   * The caller takes values: JSON bodies arrive as `{json}` with the shared frozen objects, watches as a stream of
   * event objects. Otherwise the body is already encoded.
   */
  readonly values?: boolean;
  /** The connection can become another one, as its `upgrade` header asks: the answer may be 101. */
  readonly canUpgrade?: boolean;
  /** Its signal aborts when the caller has gone, or the server stops: ends a watch. To be read only where it is needed. */
  readonly lifetime: { readonly signal: AbortSignal };
}

export interface ClientCertificate {
  /** The user's name. */
  readonly commonName: string;
  /** The user's groups. */
  readonly organizations: readonly string[];
  /** SHA-256 of the certificate, hex. */
  readonly fingerprint: string;
}

/** Who a request comes from (authentication.k8s.io UserInfo). */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface ServerResponse {
  readonly status: number;
  /** Lower-case names; a list is sent as one header line per item. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: ServerBody;
}

export type ServerBody =
  /** A JSON value, to be sent as its text; deeply frozen or fresh. */
  | { readonly json: unknown }
  | { readonly text: string }
  | { readonly bytes: Uint8Array }
  /**
   * A body that grows: headers are to be sent at once, each item as soon as it comes. Strings and bytes are sent as they
   * are, any other value as one line of JSON. The front calls `return()` when the client has gone.
   */
  | { readonly stream: AsyncIterable<unknown> }
  /** Of a 101: what the connection becomes, and who serves it then. Only for requests that can be upgraded. */
  | { readonly upgrade: Upgrade };

/** @property serve resolves when the connection may be closed */
export type Upgrade = { serve(connection: Connection): Promise<void> } & (
  | { readonly to: 'websocket' /** '' for none. */; readonly subprotocol: string }
  | { readonly to: 'SPDY/3.1' }
);

/** The API server as a function; it answers every request. Throws nothing but ConnectionDropped. */
export type Handler = (request: ServerRequest) => Promise<ServerResponse>;
