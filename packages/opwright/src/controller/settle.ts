import { isConflict, isForbidden, type Random } from '@opwright/machinery';
import type { EventRecorder } from '../events/recorder.ts';
import type { LogFields } from '../manager/logger.ts';
import type { ControllerMetrics } from '../metrics/controller.ts';
import { RETRY } from '../queue/triggers.ts';
import { LOW_PRIORITY, type WorkQueue } from '../queue/work-queue.ts';
import { applyConflicts, describeConflicts } from './apply-conflict.ts';
import type { ControllerDefinition } from './builder.ts';
import { verdictOn } from './error-policy.ts';
import type { HotLoop } from './hot-loop.ts';
import { OwnershipError } from './ownership.ts';
import type { Outcome } from './reconcile.ts';
import type { Run } from './run.ts';

export interface SettlementOptions {
  readonly definition: ControllerDefinition;
  readonly queue: WorkQueue;
  readonly random: Random;
  readonly recorder: EventRecorder;
  readonly metrics: ControllerMetrics;
  readonly killed: AbortSignal;
}

/** What follows from how a run has ended: for the queue, and for people. */
export interface Settlement {
  settle(run: Run, outcome: Outcome): void;
  tellOfLoop(run: Run, loop: HotLoop): void;
}

export function createSettlement(options: SettlementOptions): Settlement {
  const { definition, queue, random, recorder, metrics, killed } = options;
  const { everyMs, errorRules = [] } = definition;

  function comeBack(key: string): void {
    if (everyMs === undefined) return;
    queue.add(key, { priority: LOW_PRIORITY, afterMs: everyMs * (1 - 0.1 * random.next()) });
  }

  function warn(run: Run, reason: string, message: string): void {
    recorder.record(run.subject.object, { type: 'Warning', reason, message }, run.fieldManager);
  }

  function fail(run: Run, { error, panic, terminal }: Outcome & { kind: 'error' }): void {
    // What an abort breaks off because the manager stops is no failure of the object.
    if (killed.aborted) return;
    const { key, priority } = run.subject.item;
    if (panic) metrics.panicked();
    const verdict = verdictOn(error, errorRules, (failure) => {
      run.log.error('Error policy failed, trying again with the default backoff', { error: failure });
    });
    const warning = warningFor(error);
    if (warning) warn(run, warning.reason, warning.message);
    const remedy = remedyFor(error);
    const fields: LogFields = { error, ...(remedy && { remedy }) };
    if (terminal || verdict.terminal) {
      metrics.failed(true);
      // The next change starts over: old failures and times say nothing about it.
      queue.forget(key);
      queue.clearTimer(key);
      run.log.error('Reconciler error', { ...fields, terminal: true });
      comeBack(key);
      return;
    }
    // Somebody wrote at the same time: the next run sees what. Nothing that a person should read about.
    if (isConflict(error) && applyConflicts(error).length === 0) run.log.debug('Conflict, trying again', fields);
    else {
      metrics.failed(false);
      run.log.error('Reconciler error', fields);
    }
    queue.add(key, { priority, rateLimited: true, backoff: verdict.backoff, causes: RETRY });
    const failures = queue.failures(key);
    if (failures < verdict.escalateAfter) return;
    metrics.escalated();
    warn(
      run,
      'ReconcileFailing',
      `failed ${failures} times in a row: ${error instanceof Error ? error.message : error}`,
    );
  }

  return {
    settle(run, outcome) {
      if (outcome.kind === 'error') {
        fail(run, outcome);
        return;
      }
      const { key, priority } = run.subject.item;
      queue.forget(key);
      if (outcome.kind === 'requeue_after') {
        if (outcome.ms > 0) queue.add(key, { priority, afterMs: outcome.ms });
        else queue.add(key, { priority, rateLimited: true, causes: RETRY });
      }
      comeBack(key);
    },
    tellOfLoop(run, { runs, seconds, fields }) {
      metrics.hotLoop();
      const remedy = 'write only what differs, leave out what changes by itself, and let one controller own each field';
      run.log.warn('Hot loop: an object is reconciled again and again by its own writes', {
        runs,
        seconds,
        fields,
        remedy,
      });
      warn(run, 'HotLoop', `reconciled ${runs} times in ${seconds} s by its own writes: ${fields.join(', ')}`);
    },
  };
}

/** What the people who see the object should know of an error: who else claims what the controller writes. */
function warningFor(error: unknown): { readonly reason: string; readonly message: string } | undefined {
  if (error instanceof OwnershipError) return { reason: 'OwnershipConflict', message: error.message };
  const conflicts = applyConflicts(error);
  if (conflicts.length === 0) return undefined;
  return { reason: 'ApplyConflict', message: `not applied: ${describeConflicts(conflicts)}` };
}

/** What an operator's author can do about an error that the server's message alone does not tell. */
function remedyFor(error: unknown): string | undefined {
  if (!isForbidden(error)) return undefined;
  return 'grant it to the service account of the operator: opwright manifests prints the rules that it needs';
}
