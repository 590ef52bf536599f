import { hasFinalizer, humanDuration, type KubeObject, type Timer } from '@opwright/machinery';
import { sharedAbortController } from '../abort.ts';
import { isDefect } from '../defect.ts';
import type { ControllerDefinition } from './builder.ts';
import { createContext, type Surroundings } from './context.ts';
import type { ErasedReconcile } from './erased.ts';
import { addFinalizers, type Finalizer, removeFinalizer } from './finalizer.ts';
import { isTerminal, type ReconcileResult, RetryAfter } from './result.ts';
import { createStatusCollector, type StatusTarget, writeStatus } from './status.ts';

/** How a reconcile ended: kinds are controller-runtime's metric labels. */
export type Outcome =
  | { readonly kind: 'success' }
  | { readonly kind: 'requeue_after'; readonly ms: number }
  | {
      readonly kind: 'error';
      readonly error: unknown;
      readonly terminal: boolean;
      /** Something that is not meant to be thrown: a programming error. */
      readonly panic: boolean;
    };

export interface ReconcileRequest {
  readonly definition: ControllerDefinition;
  /** From the cache. */
  readonly object: KubeObject;
  readonly surroundings: Omit<Surroundings, 'status' | 'primary' | 'signal' | 'requestSignal'>;
  /** The newest version that the cache has by now. */
  readonly current: () => KubeObject | undefined;
  /** In the order in which they run. */
  readonly finalizers: readonly Finalizer[];
  readonly timeoutMs?: number | undefined;
  /** The time is up; the outcome is still what the function makes of it. */
  readonly onTimeout: () => void;
  /** What the run is waiting for, as a phrase. */
  readonly awaiting: () => string;
  readonly stuckAfterMs: number;
  /** The run has lasted for so long, or has ended after it had. */
  readonly onStuck: (stuck: boolean) => void;
  readonly stopping: AbortSignal;
  readonly killed: AbortSignal;
}

/** Reconciles or finalizes one object, once. Never rejects. */
export async function reconcileOnce(request: ReconcileRequest): Promise<Outcome> {
  const { stopping, killed } = request;
  const work = deadline(stopping, killed);
  const watchdog = watch(request, (reason) => work.abort(reason));
  try {
    const result = await run(request, request.object, work.signal, work.requestSignal);
    return outcomeOf(result);
  } catch (error) {
    return outcomeOf(error ?? new Error('the reconcile function threw nothing'));
  } finally {
    watchdog.end();
    work.end();
  }
}

/** A function that heeds the signal has ended by then. */
const ABORT_GRACE_MS = 10_000;

/** Aborts a run when its time is up, and says aloud when one lasts and what it waits for. */
function watch(
  { surroundings, timeoutMs, stuckAfterMs, onTimeout, onStuck, awaiting, killed }: ReconcileRequest,
  abort: (reason: Error) => void,
): { end(): void } {
  const { clock, log } = surroundings;
  let stuck = false;
  let timeout: Timer | undefined;
  const onTime = (ms: number) => {
    timeout = clock.setTimeout(() => {
      onTimeout();
      log.warn('Reconcile timed out, waiting for it to end', { timeoutMs: ms, awaiting: awaiting() });
      abort(new Error(`the reconcile took longer than its timeout of ${ms} ms`));
      timeout = clock.setTimeout(() => {
        const remedy = 'pass ctx.signal to what the reconcile function awaits';
        log.warn('Reconcile ignores that its signal has aborted', { awaiting: awaiting(), remedy });
      }, ABORT_GRACE_MS);
    }, ms);
  };
  if (timeoutMs !== undefined) onTime(timeoutMs);
  let lookAgainMs = stuckAfterMs;
  let lastedMs = 0;
  let look = clock.setTimeout(function onStuckTime() {
    if (!stuck) onStuck(true);
    stuck = true;
    lastedMs += lookAgainMs;
    log.warn('Reconcile is stuck', { lasted: humanDuration(lastedMs), awaiting: awaiting() });
    lookAgainMs = lastedMs;
    look = clock.setTimeout(onStuckTime, lookAgainMs);
  }, stuckAfterMs);
  const rest = () => {
    timeout?.cancel();
    look.cancel();
  };
  // Whoever was told to end at once and does not is not waited for.
  killed.addEventListener('abort', rest);
  return {
    end() {
      rest();
      killed.removeEventListener('abort', rest);
      if (stuck) onStuck(false);
    },
  };
}

async function run(
  request: ReconcileRequest,
  found: KubeObject,
  signal: AbortSignal,
  requestSignal: AbortSignal,
): Promise<ReconcileResult> {
  const { definition, surroundings, finalizers } = request;
  const { resource, options } = definition;
  const { client, fieldManager, clock } = surroundings;
  const showPrimary = (object: KubeObject) => surroundings.wrote(resource, object);
  const target: StatusTarget = { client, resource, fieldManager, signal: requestSignal, wrote: showPrimary };
  const newest = (object: KubeObject) => {
    const current = request.current();
    return current?.metadata.uid === object.metadata.uid ? current : object;
  };

  async function call(handler: ErasedReconcile, object: KubeObject): Promise<ReconcileResult> {
    const status = createStatusCollector(resource, object.metadata.generation, clock);
    const ctx = createContext({ ...surroundings, status, primary: object, signal, requestSignal });
    let result: ReconcileResult;
    try {
      result = await handler(object, ctx);
    } catch (error) {
      // What was said about the state holds all the same; the first failure is the one to report.
      await writeStatus(status, newest(object), target).catch((statusError) => {
        surroundings.log.warn('Status was not written', { error: statusError });
      });
      throw error;
    }
    await writeStatus(status, newest(object), target);
    return result;
  }

  const { reconcile = () => {} } = definition;
  if (found.metadata.deletionTimestamp === undefined) {
    // Before the first side effect, or a deletion in between would leave it behind.
    const object = await addFinalizers(
      found,
      finalizers.map(({ name }) => name),
      target,
    );
    return object && call(reconcile, object);
  }
  const waiting = finalizers.filter(({ name }) => hasFinalizer(found, name));
  if (waiting.length === 0) return options.whileDeleting ? call(reconcile, found) : undefined;
  for (const { name, finalize } of waiting) {
    const result = await call(finalize, newest(found));
    if (result !== undefined) return result;
    await removeFinalizer(newest(found), name, target);
  }
}

function outcomeOf(result: unknown): Outcome {
  if (result === undefined) return { kind: 'success' };
  if (result instanceof RetryAfter) return { kind: 'requeue_after', ms: result.ms };
  if (result instanceof Error) {
    return { kind: 'error', error: result, terminal: isTerminal(result), panic: isDefect(result) };
  }
  const error = new TypeError(
    `the reconcile function returned or threw ${String(result)}: return nothing, retryAfter(…) or terminal(…)`,
  );
  return { kind: 'error', error, terminal: false, panic: true };
}

/** The two signals of one run, which leave no listener behind on those of the manager. */
function deadline(stopping: AbortSignal, killed: AbortSignal) {
  const work = sharedAbortController();
  const requests = sharedAbortController();
  const stop = () => work.abort(stopping.reason);
  const kill = () => {
    work.abort(killed.reason);
    requests.abort(killed.reason);
  };
  if (stopping.aborted) stop();
  if (killed.aborted) kill();
  stopping.addEventListener('abort', stop);
  killed.addEventListener('abort', kill);
  return {
    signal: work.signal,
    requestSignal: requests.signal,
    abort(reason: Error) {
      work.abort(reason);
      requests.abort(reason);
    },
    end() {
      stopping.removeEventListener('abort', stop);
      killed.removeEventListener('abort', kill);
    },
  };
}
