/**
 * One request to an API server. The same shape reaches a real cluster over TLS and the embedded one by a function call.
 */
export interface TransportRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Path and query, percent-encoded: `/api/v1/namespaces/default/pods?limit=500`. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * A JSON value (sent as JSON; the in-process transport hands it over as it is, so it must not change afterwards),
   * or text or bytes in the format that `content-type` names.
   */
  readonly body?: RequestBody | undefined;
  /** The answer will be read with `lines()` for a long time: it gets a connection of its own, outside the pool. */
  readonly stream?: true;
  /** Ends the request, and the stream of a watch. */
  readonly signal?: AbortSignal | undefined;
}

export type RequestBody = { readonly json: unknown } | { readonly text: string } | { readonly bytes: Uint8Array };

/**
 * Makes a value of JSON in UTF-8, which must not be kept; of a whole body, possibly a promise of one. Default: `JSON.parse` of
 * the text. A transport that has the values already does not call it.
 */
export type Parse = (json: Buffer) => unknown;

export interface TransportResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Whether there is a header: costs less than to look into `headers`. Default: look there. */
  has?(header: string): boolean;
  /**
   * The whole body as a JSON value, deeply frozen or exclusively the caller's; treat it as readonly.
   * Throws SyntaxError when it is not JSON. One of `json`, `text`, `lines` or `close` must be called, once.
   */
  json(parse?: Parse): Promise<unknown>;
  text(): Promise<string>;
  /**
   * A body of newline-delimited JSON (a watch), one value per line, in order, each as soon as it has arrived. Leaving the
   * loop closes the connection. Ends normally when the server ends the body, throws when the connection breaks.
   */
  lines(parse?: Parse): AsyncIterable<unknown>;
  /** Gives the body up. */
  close(): void;
}

/**
 * Carries requests to one API server. Rejects with {@link TransportError} when no answer came (connection refused,
 * reset, TLS) and with the signal's reason when aborted; any HTTP status is an answer.
 */
export interface Transport {
  request(request: TransportRequest): Promise<TransportResponse>;
  /** Closes idle connections and aborts what is under way. */
  close(): Promise<void>;
}

/** No answer: the connection could not be made, or broke. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** Node's code (`ECONNREFUSED`, `ECONNRESET`, …), where there is one. */
  readonly code: string | undefined;

  constructor(message: string, options: { code?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = options.code;
  }
}
