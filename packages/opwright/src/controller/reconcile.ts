import { hasFinalizer, type KubeObject } from '@opwright/machinery';
import { isDefect } from '../defect.ts';
import type { ControllerDefinition } from './builder.ts';
import { ReconcileContext } from './context.ts';
import type { ErasedReconcile } from './erased.ts';
import { addFinalizers, type Finalizer, removeFinalizer } from './finalizer.ts';
import { isTerminal, type ReconcileResult, RetryAfter } from './result.ts';
import type { Run } from './run.ts';
import { writeStatus } from './status.ts';

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

/** What is to be called for an object. */
export interface ReconcilePlan {
  readonly definition: ControllerDefinition;
  /** In the order in which they run. */
  readonly finalizers: readonly Finalizer[];
}

/** Reconciles or finalizes the object of the run, once. Never rejects. */
export async function reconcileOnce(run: Run, plan: ReconcilePlan): Promise<Outcome> {
  try {
    return outcomeOf(await callAll(run, plan));
  } catch (error) {
    return outcomeOf(error ?? new Error('the reconcile function threw nothing'));
  }
}

async function callAll(run: Run, { definition, finalizers }: ReconcilePlan): Promise<ReconcileResult> {
  const { object: found } = run.subject;
  const { options, reconcile } = definition;
  if (found.metadata.deletionTimestamp === undefined) {
    const isComplete = finalizers.every(({ name }) => hasFinalizer(found, name));
    // Before the first side effect, or a deletion in between would leave it behind.
    const object = isComplete ? found : await addFinalizers(found, finalizers, run.target);
    return object && reconcile && (await call(run, reconcile, object));
  }
  const waiting = finalizers.filter(({ name }) => hasFinalizer(found, name));
  if (waiting.length === 0) {
    return options.whileDeleting && reconcile ? await call(run, reconcile, found) : undefined;
  }
  for (const { name, finalize } of waiting) {
    const result = await call(run, finalize, newest(run, found));
    if (result !== undefined) return result;
    await removeFinalizer(newest(run, found), name, run.target);
  }
}

/** Calls a function of the author, and writes what it has said about the status. */
async function call(run: Run, handler: ErasedReconcile, object: KubeObject): Promise<ReconcileResult> {
  const ctx = new ReconcileContext(run, object);
  let result: ReconcileResult;
  try {
    result = await handler(object, ctx);
  } catch (error) {
    const status = ReconcileContext.statusOf(ctx);
    // What was said about the state holds all the same; the first failure is the one to report.
    if (status) {
      await writeStatus(status, newest(run, object), run.target).catch((statusError) => {
        run.log.warn('Status was not written', { error: statusError });
      });
    }
    throw error;
  }
  const status = ReconcileContext.statusOf(ctx);
  if (status) await writeStatus(status, newest(run, object), run.target);
  return result;
}

/** The object as the cache has it by now, if it is still the same. */
function newest(run: Run, object: KubeObject): KubeObject {
  const current = run.current();
  return current?.metadata.uid === object.metadata.uid ? current : object;
}

const SUCCESS: Outcome = Object.freeze({ kind: 'success' });

function outcomeOf(result: unknown): Outcome {
  if (result === undefined) return SUCCESS;
  if (result instanceof RetryAfter) return { kind: 'requeue_after', ms: result.ms };
  if (result instanceof Error) {
    return { kind: 'error', error: result, terminal: isTerminal(result), panic: isDefect(result) };
  }
  const error = new TypeError(
    `the reconcile function returned or threw ${String(result)}: return nothing, retryAfter(…) or terminal(…)`,
  );
  return { kind: 'error', error, terminal: false, panic: true };
}
