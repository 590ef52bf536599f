import { Agent, request as httpsRequest } from 'node:https';

/** One call of a webhook. */
export interface WebhookCall {
  /** As messages and the TLS handshake name it. */
  readonly url: string;
  /** Where it is reached, when the host of the URL is no address on this machine. */
  readonly address?: { readonly host: string; readonly port: number };
  /** PEM of the authorities that the webhook's certificate may come from; absent: those of the machine. */
  readonly ca?: string;
  readonly body: string;
  /** Aborting breaks the call off. */
  readonly signal: AbortSignal;
}

export interface WebhookAnswer {
  readonly status: number;
  /** '' when it says none. */
  readonly contentType: string;
  readonly body: string;
}

/** Posts JSON to webhooks. */
export interface WebhookClient {
  /** @throws WebhookUnreachable when there is no answer */
  post(call: WebhookCall): Promise<WebhookAnswer>;
  /** Closes the idle connections. */
  close(): void;
}

/** Why there is no answer, in the words of Go's network library. */
export class WebhookUnreachable extends Error {
  override readonly name = 'WebhookUnreachable';
}

/** What an answer may have; a larger one is broken off. */
const ANSWER_LIMIT = 16 * 1024 * 1024;

export function createWebhookClient(): WebhookClient {
  // Connections are kept: a handshake costs more than most webhooks.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 16 });
  return {
    async post(call) {
      for (;;) {
        const attempt = await post(agent, call);
        if (!('failure' in attempt)) return attempt;
        // The webhook closed a kept connection while the request was on its way: it has not seen it.
        if (attempt.unseen && !call.signal.aborted) continue;
        throw new WebhookUnreachable(goWords(attempt.failure, call), { cause: attempt.failure });
      }
    },
    close: () => agent.destroy(),
  };
}

function post(
  agent: Agent,
  { url, address, ca, body, signal }: WebhookCall,
): Promise<WebhookAnswer | { readonly failure: NodeJS.ErrnoException; readonly unseen: boolean }> {
  return new Promise((resolve) => {
    const { hostname, port, pathname, search } = new URL(url);
    const name = hostname.replace(/^\[|\]$/g, '');
    const outgoing = httpsRequest({
      agent,
      signal,
      method: 'POST',
      host: address?.host ?? name,
      port: address?.port ?? (port === '' ? 443 : Number(port)),
      path: pathname + search,
      // An address is no name to ask for in the handshake.
      servername: /^[\d.]+$|:/.test(name) ? '' : name,
      // As in Go, whatever is in the bundle is trusted, be it the webhook's own certificate (envtest's bundles are).
      ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }),
      headers: {
        // As it is written: a URL object would drop the default port.
        host: url.split('/')[2],
        'user-agent': 'kube-apiserver-admission',
        'content-length': Buffer.byteLength(body),
        accept: 'application/json, */*',
        'content-type': 'application/json',
      },
    });
    let answered = false;
    const fail = (failure: NodeJS.ErrnoException) => {
      const unseen = outgoing.reusedSocket && !answered && (failure.code === 'ECONNRESET' || failure.code === 'EPIPE');
      resolve({ failure, unseen });
    };
    outgoing.once('error', fail);
    outgoing.once('response', (incoming) => {
      answered = true;
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > ANSWER_LIMIT) incoming.destroy(new Error('the answer is too large'));
        else chunks.push(chunk);
      });
      incoming.once('error', fail);
      incoming.once('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          contentType: incoming.headers['content-type'] ?? '',
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.end(body);
  });
}

const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

function goWords(failure: NodeJS.ErrnoException, { url, address, signal }: WebhookCall): string {
  if (signal.aborted) return 'context deadline exceeded';
  const { hostname, port } = new URL(url);
  const target = `${address?.host ?? hostname}:${address?.port ?? (port === '' ? 443 : port)}`;
  const code = failure.code ?? '';
  if (code === 'ECONNREFUSED') return `dial tcp ${target}: connect: connection refused`;
  if (code === 'EHOSTUNREACH') return `dial tcp ${target}: connect: no route to host`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${hostname}: no such host`;
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'EOF';
  const untrusted = 'tls: failed to verify certificate: x509: certificate';
  if (UNKNOWN_AUTHORITY.has(code)) return `${untrusted} signed by unknown authority`;
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `${untrusted} has expired or is not yet valid`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `${untrusted} is not valid for ${hostname}`;
  return failure.message.split('\n', 1)[0] ?? 'EOF';
}
