import type { Transport } from '@opwright/client';
import type { Clock } from '@opwright/machinery';

/** The part of OpenTelemetry's `Span` that is used. */
export interface Span {
  setAttribute(key: string, value: string | number | boolean): unknown;
  recordException(error: Error): void;
  /** `code` 2 = error. */
  setStatus(status: { code: number; message?: string }): unknown;
  end(endTime?: number): void;
}

interface SpanOptions {
  /** 2 = a request to another process. */
  readonly kind?: number;
  /** ms since the epoch; default: now. */
  readonly startTime?: number;
  readonly attributes?: { readonly [key: string]: string | number | boolean };
}

/**
 * The part of OpenTelemetry's `Tracer` that is used: pass `trace.getTracer('foo-operator')` of `@opentelemetry/api`. Requests
 * find the reconcile that they belong to by the context manager that comes with its SDK.
 */
export interface Tracer {
  startSpan(name: string, options?: SpanOptions): Span;
  startActiveSpan<T>(name: string, options: SpanOptions, run: (span: Span) => T): T;
}

/** One run of a reconcile function, for its span. */
export interface TracedRun {
  readonly controller: string;
  readonly kind: string;
  readonly cluster: string;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly reconcileID: string;
  /** Since the key was due. */
  readonly waitedMs: number;
  /** Why it runs: `Pod update, timer`. */
  readonly triggers: string;
}

export interface Tracing {
  /** A span from the moment when the key was due, with one for its time in the queue, around `run`. Without a tracer nobody asks `describe`. */
  reconcile<T extends { readonly kind: string; readonly error?: unknown }>(
    describe: () => TracedRun,
    run: () => Promise<T>,
  ): Promise<T>;
  /** A span for each request, as those of OpenTelemetry's HTTP conventions; streams have none, for they do not end. */
  instrument(transport: Transport): Transport;
}

const CLIENT = 2;
const ERROR = 2;

/** Without a tracer nothing is traced, at no cost. */
export function createTracing(tracer: Tracer | undefined, clock: Clock): Tracing {
  if (tracer === undefined) return { reconcile: (_describe, run) => run(), instrument: (transport) => transport };

  function fail(span: Span, error: unknown): void {
    const exception = error instanceof Error ? error : new Error(String(error));
    span.recordException(exception);
    span.setStatus({ code: ERROR, message: exception.message });
  }

  return {
    reconcile(describe, run) {
      const { controller, kind, cluster, namespace, name, reconcileID, waitedMs, triggers } = describe();
      const now = clock.now();
      const attributes = {
        controller,
        controllerKind: kind,
        name,
        reconcileID,
        triggers,
        ...(namespace !== undefined && { namespace }),
        ...(cluster !== '' && { cluster }),
      };
      return tracer.startActiveSpan(
        `reconcile ${controller}`,
        { startTime: now - waitedMs, attributes },
        async (span) => {
          tracer.startSpan('queue', { startTime: now - waitedMs }).end(now);
          const outcome = await run();
          span.setAttribute('result', outcome.kind);
          if (outcome.kind === 'error') fail(span, outcome.error);
          span.end();
          return outcome;
        },
      );
    },
    instrument: (transport) => ({
      ...transport,
      request(request) {
        if (request.stream) return transport.request(request);
        const [path = '', query = ''] = request.path.split('?', 2);
        const attributes = {
          'http.request.method': request.method,
          'url.path': path,
          ...(query !== '' && { 'url.query': query }),
        };
        return tracer.startActiveSpan(`${request.method} ${path}`, { kind: CLIENT, attributes }, async (span) => {
          try {
            const response = await transport.request(request);
            span.setAttribute('http.response.status_code', response.status);
            // What a person would call an error: not found and conflict are answers like others.
            if (response.status >= 500) span.setStatus({ code: ERROR });
            return response;
          } catch (error) {
            fail(span, error);
            throw error;
          } finally {
            span.end();
          }
        });
      },
    }),
  };
}
