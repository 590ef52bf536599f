import { createRequire } from 'node:module';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Transport, TransportResponse } from '@opwright/client';
import { VirtualClock } from '@opwright/machinery';
import { afterEach, expect, test } from 'vitest';
import { createTracing, type TracedRun } from './tracing.ts';

// Its modules for bundlers, which the test runner would take, are none for Node.
const require = createRequire(import.meta.url);
const { context, trace } = require('@opentelemetry/api') as typeof import('@opentelemetry/api');
const { AsyncLocalStorageContextManager } =
  require('@opentelemetry/context-async-hooks') as typeof import('@opentelemetry/context-async-hooks');
const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } =
  require('@opentelemetry/sdk-trace-base') as typeof import('@opentelemetry/sdk-trace-base');

const run: TracedRun = {
  controller: 'foo',
  kind: 'Foo',
  cluster: 'local',
  namespace: 'default',
  name: 'foo-1',
  reconcileID: 'r-1',
  waitedMs: 250,
  triggers: 'Pod update, timer',
};

function setUp() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const clock = new VirtualClock();
  const tracing = createTracing(provider.getTracer('test'), clock);
  const answers: (() => Promise<TransportResponse>)[] = [];
  const transport = tracing.instrument({
    request: () => answers.shift()!(),
    close: async () => {},
  } satisfies Transport);
  const answer = (status: number) => answers.push(async () => ({ status }) as TransportResponse);
  const spans = () => new Map(exporter.getFinishedSpans().map((span) => [span.name, span]));
  return { tracing, transport, answers, answer, spans, clock };
}

afterEach(() => {
  context.disable();
  trace.disable();
});

const ms = ([seconds, nanos]: readonly [number, number]) => seconds * 1000 + nanos / 1e6;
const parentOf = (span: ReadableSpan | undefined) => span?.parentSpanContext?.spanId;

test('a reconcile is a span from when it was due, with its time in the queue and its requests in it', async () => {
  const { tracing, transport, answer, spans, clock } = setUp();
  answer(200);
  await tracing.reconcile(
    () => run,
    async () => {
      await transport.request({ method: 'PATCH', path: '/api/v1/namespaces/default/pods/p?force=true' });
      return { kind: 'success' };
    },
  );
  const reconcile = spans().get('reconcile foo');
  const queue = spans().get('queue');
  const request = spans().get('PATCH /api/v1/namespaces/default/pods/p');
  expect(reconcile?.attributes).toMatchObject({
    controller: 'foo',
    namespace: 'default',
    name: 'foo-1',
    reconcileID: 'r-1',
    triggers: 'Pod update, timer',
    result: 'success',
  });
  expect(ms(reconcile!.startTime)).toBe(clock.now() - 250);
  expect([ms(queue!.startTime), ms(queue!.endTime)]).toEqual([clock.now() - 250, clock.now()]);
  expect([parentOf(queue), parentOf(request)]).toEqual(Array(2).fill(reconcile?.spanContext().spanId));
  expect(request?.attributes).toEqual({
    'http.request.method': 'PATCH',
    'url.path': '/api/v1/namespaces/default/pods/p',
    'url.query': 'force=true',
    'http.response.status_code': 200,
  });
});

test('what fails is an error of its span, with the exception; an answer like 404 is none', async () => {
  const { tracing, transport, answer, answers, spans } = setUp();
  answer(404);
  answers.push(() => Promise.reject(new Error('connection reset')));
  await tracing.reconcile(
    () => run,
    async () => {
      await transport.request({ method: 'GET', path: '/missing' });
      const error = await transport.request({ method: 'GET', path: '/broken' }).catch((reason: unknown) => reason);
      return { kind: 'error', error };
    },
  );
  expect([...spans()].map(([name, { status }]) => [name, status.code])).toEqual([
    ['queue', 0],
    ['GET /missing', 0],
    ['GET /broken', 2],
    ['reconcile foo', 2],
  ]);
  expect(spans().get('reconcile foo')?.events[0]?.attributes).toMatchObject({
    'exception.message': 'connection reset',
  });
});

test('streams have no span, and without a tracer nothing changes', async () => {
  const { transport, answer, spans } = setUp();
  answer(200);
  await transport.request({ method: 'GET', path: '/watch', stream: true });
  expect(spans().size).toBe(0);
  const untraced = createTracing(undefined, new VirtualClock());
  expect(untraced.instrument(transport)).toBe(transport);
});
