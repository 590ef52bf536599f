import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from '@opwright/client';

export interface ReceivedReview {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into reviews as they please
  readonly body: any;
}

/** What a webhook answers: the response of a review, or status and body as they are; undefined: nothing, ever. */
export type Answer = { readonly response: object } | { readonly status: number; readonly body: string } | undefined;

/** A webhook on this machine for tests. Paths without an answer of their own allow everything. */
export interface WebhookServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Base64, as a clientConfig wants it. */
  readonly caBundle: string;
  /** The server's own certificate, base64. */
  readonly certificate: string;
  readonly received: ReceivedReview[];
  answer(path: string, answer: (review: ReceivedReview) => Answer): void;
}

export async function startWebhookServer(hosts: readonly string[] = ['127.0.0.1']): Promise<WebhookServer> {
  const authority = createAuthority('webhooks', Date.now());
  const answers = new Map<string, (review: ReceivedReview) => Answer>();
  const received: ReceivedReview[] = [];
  const identity = authority.issue({ commonName: 'webhook', usage: 'server', hosts });
  const server = createServer(identity, async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const review = { path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) };
    received.push(review);
    const answer = (answers.get((request.url ?? '').split('?')[0] ?? '') ?? (() => ({ response: { allowed: true } })))(
      review,
    );
    if (answer === undefined) return;
    if ('status' in answer) return response.writeHead(answer.status).end(answer.body);
    const { kind, apiVersion } = review.body;
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ kind, apiVersion, response: { uid: review.body.request.uid, ...answer.response } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    caBundle: Buffer.from(authority.certificate).toString('base64'),
    certificate: Buffer.from(identity.cert).toString('base64'),
    received,
    answer: (path, answer) => void answers.set(path, answer),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The answer with a patch. */
export function patched(...operations: readonly object[]): Answer {
  const patch = Buffer.from(JSON.stringify(operations)).toString('base64');
  return { response: { allowed: true, patchType: 'JSONPatch', patch } };
}
