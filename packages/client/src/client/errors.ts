import type { Status, StatusReason } from '@opwright/machinery';
import { StatusError } from '@opwright/machinery';
import type { Parse, TransportRequest, TransportResponse } from '../transport.ts';
import { TransportError } from '../transport.ts';
import { headerValues } from './headers.ts';

/** How much of a foreign body (a proxy's page, a text) goes into a message. */
const BODY_EXCERPT = 400;

/** What client-go says where the server said nothing that is a Status. */
const GENERIC: Readonly<Record<number, readonly [StatusReason, string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden', 'the server does not allow access to the requested resource'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable', 'the server was unable to respond with a content type that the client supports'],
  409: ['Conflict', 'the server reported a conflict'],
  410: ['Gone', 'the server no longer has the requested resource'],
  413: ['RequestEntityTooLarge', 'the request is too large'],
  415: ['UnsupportedMediaType', 'the server could not process the media type of the request'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
};

/**
 * The error for an answer outside 2xx. A Status body is taken as it is; of any other body (text of the API server's
 * mux, a proxy's HTML) the message carries an excerpt. A `Retry-After` header becomes `details.retryAfterSeconds`.
 */
export async function errorOf(request: TransportRequest, response: TransportResponse): Promise<StatusError> {
  const text = await bodyText(response);
  const retryAfterSeconds = retryAfter(response);
  const status = parseStatus(text) ?? genericStatus(request, response, text);
  const complete: Status = { ...status, code: status.code ?? response.status };
  if (retryAfterSeconds === undefined || complete.details?.retryAfterSeconds !== undefined)
    return new StatusError(complete);
  return new StatusError({ ...complete, details: { ...complete.details, retryAfterSeconds } });
}

/** A 2xx body as JSON. @throws TransportError when it is not JSON: something else than an API server answered */
export async function jsonOf(request: TransportRequest, response: TransportResponse, parse?: Parse): Promise<unknown> {
  try {
    return await response.json(parse);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const type = headerValues(response.headers, 'content-type')[0] ?? 'no content type';
    throw new TransportError(
      `${request.method} ${request.path}: the answer (${response.status}, ${type}) is not JSON; is this the address of a Kubernetes API server?`,
      { cause },
    );
  }
}

/** Whether a JSON value is a Status. */
export function isStatusObject(value: unknown): value is Status {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status' && 'apiVersion' in value
  );
}

async function bodyText(response: TransportResponse): Promise<string> {
  try {
    return await response.text();
  } catch {
    // The status line says more than the reason for which its body broke off.
    return '';
  }
}

function parseStatus(text: string): Status | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isStatusObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function genericStatus(request: TransportRequest, response: TransportResponse, text: string): Status {
  const code = response.status;
  const excerpt = excerptOf(text);
  const [reason, sentence] = GENERIC[code] ?? [
    code >= 500 ? 'InternalError' : undefined,
    code >= 500
      ? 'an error on the server has prevented the request from succeeding'
      : code >= 300 && code < 400
        ? `the server redirects to ${headerValues(response.headers, 'location')[0] ?? 'another place'}, which is not followed`
        : 'the server responded with an unknown status',
  ];
  const path = request.path.split('?', 1)[0];
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${sentence} (${code} on ${request.method} ${path})${excerpt === '' ? '' : `: ${excerpt}`}`,
    ...(reason === undefined ? {} : { reason: code === 409 && request.method === 'POST' ? 'AlreadyExists' : reason }),
    ...(excerpt === '' ? {} : { details: { causes: [{ reason: 'UnexpectedServerResponse', message: excerpt }] } }),
    code,
  };
}

function excerptOf(text: string): string {
  const title = /<title>([^<]*)<\/title>/i.exec(text)?.[1];
  const plain = (title ?? text).replaceAll(/\s+/g, ' ').trim();
  return plain.length > BODY_EXCERPT ? `${plain.slice(0, BODY_EXCERPT)}…` : plain;
}

function retryAfter(response: TransportResponse): number | undefined {
  const value = headerValues(response.headers, 'retry-after')[0];
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
