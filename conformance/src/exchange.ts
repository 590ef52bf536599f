import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestBody, Transport, TransportRequest, TransportResponse } from '@opwright/client';
import type { RequestStep, StepBody, Until, WatchStep } from './case.ts';
import { readProtobuf } from './protobuf-answer.ts';
import type { Server } from './server.ts';
import { expand, type Variables } from './variables.ts';

/** An answer as it came. */
export interface RawAnswer {
  /** What a protobuf answer stands for. */
  readonly value?: unknown;
  readonly status: number;
  readonly headers: TransportResponse['headers'];
  readonly text: string;
}

const DEFAULT_HEADERS = { accept: 'application/json', 'user-agent': 'conformance/1.0' };
const UNTIL_MS = 10_000;
const PAUSE_MS = 40;
const REQUEST_MS = 20_000;

/** Sends one request, as often as the step says; `isSo` tells whether the answer became what it waits for. */
export async function sendStep(
  server: Server,
  step: RequestStep,
  variables: Variables,
): Promise<RawAnswer & { readonly isSo: boolean }> {
  const transport = step.as === undefined ? server.transport : step.as === 'proxy' ? server.proxy : server.anonymous;
  const request = requestOf(step, variables);
  if (step.protobuf) return { ...(await exchangeProtobuf(server, request)), isSo: true };
  let answer = await exchange(transport, request);
  if (step.until !== undefined) {
    for (let waited = 0; !isSo(answer, step.until) && waited < UNTIL_MS; waited += PAUSE_MS) {
      await sleep(PAUSE_MS);
      answer = await exchange(transport, request);
    }
  }
  return { ...answer, isSo: step.until === undefined || isSo(answer, step.until) };
}

function requestOf(step: RequestStep, variables: Variables): TransportRequest {
  const [method, path] = splitRequest(expand(step.request, variables));
  const body = step.body === undefined ? undefined : encodeBody(step.body, variables);
  const headers = headersOf({
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...expand(step.headers ?? {}, variables),
    ...(step.as === 'bad token' && { authorization: 'Bearer nonsense' }),
  });
  return { method, path, headers, ...(body !== undefined && { body }) };
}

function splitRequest(request: string): [TransportRequest['method'], string] {
  const at = request.indexOf(' ');
  return [request.slice(0, at) as TransportRequest['method'], request.slice(at + 1)];
}

function headersOf(own: NonNullable<RequestStep['headers']>): Record<string, string | readonly string[]> {
  return Object.fromEntries(Object.entries({ ...DEFAULT_HEADERS, ...own }).filter(([, value]) => value !== ''));
}

function encodeBody(body: StepBody, variables: Variables): RequestBody {
  if ('base64' in body) return { bytes: Buffer.from(body.base64, 'base64') };
  if ('text' in body) return { bytes: Buffer.from(expand(body.text, variables)) };
  return { bytes: Buffer.from(JSON.stringify(expand(body.json, variables))) };
}

/** @throws Error naming the request when there is no answer */
export async function exchange(transport: Transport, request: TransportRequest): Promise<RawAnswer> {
  try {
    const response = await transport.request({ ...request, signal: AbortSignal.timeout(REQUEST_MS) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (cause) {
    throw new Error(`${request.method} ${request.path}: ${(cause as Error).message}`, { cause });
  }
}

async function exchangeProtobuf(server: Server, { method, path, headers, body }: TransportRequest): Promise<RawAnswer> {
  const sent = body !== undefined && 'bytes' in body ? body.bytes : undefined;
  const answer = await server.binary(method, path, headers as Record<string, string>, sent);
  const type = String(answer.headers['content-type']);
  const value = type.includes('protobuf') ? readProtobuf(answer.bytes, type) : undefined;
  return { ...answer, text: answer.bytes.toString(), ...(value !== undefined && { value }) };
}

function isSo(answer: RawAnswer, until: Until): boolean {
  if (until.status !== undefined && answer.status !== until.status) return false;
  if (until.text !== undefined && !answer.text.includes(until.text)) return false;
  if (until.condition === undefined) return true;
  const conditions: unknown = JSON.parse(answer.text).status?.conditions;
  return (
    Array.isArray(conditions) && conditions.some(({ type, status }) => type === until.condition && status === 'True')
  );
}

/** A watch under way. */
export interface Capture {
  readonly opened: RawAnswer;
  /** The events that came since the last call; waits for so many, or for the end of the stream. */
  take(
    count: number | 'end',
    withinMs?: number,
  ): Promise<{ readonly events: readonly unknown[]; readonly ended: boolean }>;
  close(): void;
}

const EVENTS_MS = 5_000;
const END_MS = 10_000;

/** Opens a watch and collects its events. A refusal is the answer, without events. */
export async function capture(server: Server, step: WatchStep, variables: Variables): Promise<Capture> {
  const aborting = new AbortController();
  const request: TransportRequest = {
    method: 'GET',
    path: expand(step.watch, variables),
    headers: headersOf(step.headers ?? {}),
    stream: true,
    signal: aborting.signal,
  };
  const response = await server.transport.request(request);
  const { status, headers } = response;
  const events: unknown[] = [];
  let ended = false;
  let text = '';
  let collected: Promise<void> = Promise.resolve();
  if (status === 200) {
    collected = (async () => {
      try {
        for await (const event of response.lines()) events.push(event);
        ended = true;
      } catch {
        // Broken off: by us, or the number of events will tell.
      }
    })();
  } else {
    text = await response.text();
    ended = true;
  }
  return {
    opened: { status, headers, text },
    async take(count, withinMs = EVENTS_MS) {
      if (count === 'end') await Promise.race([collected, sleep(END_MS, undefined, { ref: false })]);
      for (let waited = 0; count !== 'end' && events.length < count && !ended && waited < withinMs; waited += 5) {
        await sleep(5);
        await server.advance?.(1000);
      }
      return {
        events: count === 'end' ? events.splice(0) : events.splice(0, count),
        ended: ended && events.length === 0,
      };
    },
    close: () => aborting.abort(),
  };
}
