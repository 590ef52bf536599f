import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from '@opwright/client';
import { type ConversionRequest, convert } from './webhook-conversion.ts';

/**
 * A webhook on this machine for the API server to call. The last part of a path says what it answers, as JSON in base64url;
 * see {@link WebhookAnswer}.
 */
export interface WebhookServer extends AsyncDisposable {
  readonly url: string;
  /** As a clientConfig wants it. */
  readonly caBundle: string;
  /** What it has been asked since the last call, except about objects called `probe`. */
  take(): readonly unknown[];
}

/** What a webhook answers: a response, to which the uid is added; or status and body as they are; or nothing, ever. */
export interface WebhookAnswer {
  readonly response?: object;
  readonly status?: number;
  readonly body?: string;
  readonly never?: true;
  /** Of a conversion: the name that a field of the spec has in each version, by version. */
  readonly converts?: Readonly<Record<string, string>>;
}

interface Review {
  readonly kind: string;
  readonly apiVersion: string;
  readonly request: { readonly uid: string; readonly name?: string } & Partial<ConversionRequest>;
}

export async function startWebhookServer(): Promise<WebhookServer> {
  const authority = createAuthority('webhooks', Date.now());
  const identity = authority.issue({ commonName: 'webhook', usage: 'server', hosts: ['127.0.0.1'] });
  const received: unknown[] = [];
  const server = createServer(identity, async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const review = JSON.parse(text) as Review;
    const { headers, url = '' } = request;
    const [path = '', query] = url.split('?');
    if (review.request.name !== 'probe') {
      // The uid is only there to be sent back.
      const { uid: _uid, ...asked } = review.request;
      const shown = { ...review, request: asked };
      received.push({ query, agent: headers['user-agent'], type: headers['content-type'], review: shown });
    }
    const answer = decode(path.slice(path.lastIndexOf('/') + 1));
    if (answer.never) return;
    const { kind, apiVersion } = review;
    const { status = 200, body } = answer;
    const { desiredAPIVersion, objects } = review.request;
    const converted =
      answer.converts && desiredAPIVersion && objects && convert({ desiredAPIVersion, objects }, answer.converts);
    const full = { kind, apiVersion, response: { uid: review.request.uid, ...answer.response, ...converted } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(body ?? JSON.stringify(full));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caBundle: Buffer.from(authority.certificate).toString('base64'),
    take: () => received.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The last part of a URL that makes the server answer so. */
export function answering(answer: WebhookAnswer): string {
  return Buffer.from(JSON.stringify(answer)).toString('base64url');
}

function decode(part: string): WebhookAnswer {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
