import type { Transport, TransportRequest } from '@opwright/client';

/** One request as text, and what came back: for tests that compare answers with recorded ones. */
export interface Exchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body, parsed where it is JSON. */
  readonly body: unknown;
}

/** Sends a request as a client on the wire would: bodies are text. */
export async function send(
  transport: Transport,
  line: string,
  body?: string | object,
  headers: Record<string, string> = {},
): Promise<Exchange> {
  const [method = 'GET', path = '/'] = line.split(' ');
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const response = await transport.request({
    method: method as TransportRequest['method'],
    path,
    headers,
    ...(text === undefined ? {} : { body: { text } }),
  });
  const answer = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: /^[[{]/.test(answer) ? JSON.parse(answer) : answer,
  };
}

/** The message of a Status body. */
export function messageOf({ body }: Exchange): unknown {
  return typeof body === 'object' && body !== null && 'message' in body ? body.message : body;
}
