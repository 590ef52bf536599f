import type { Settled } from './log.ts';

/** Collects operations and commits them together, one group after the other: what comes during a commit is the next group. */
export interface GroupCommit<T> {
  add(...operations: readonly T[]): void;
  /** Calls back when everything that was added so far is committed, or never will be; in the order of the calls. */
  whenDone(settled: Settled): void;
}

/**
 * @param commit makes a group permanent, all of it or nothing. After it has rejected nothing is committed any more:
 * what follows may rest on what was lost.
 */
export function createGroupCommit<T>(commit: (group: readonly T[]) => Promise<void>): GroupCommit<T> {
  let group: T[] = [];
  let waiting: Settled[] = [];
  let busy = false;
  let failure: Error | undefined;

  const run = async (): Promise<void> => {
    while (group.length > 0 || waiting.length > 0) {
      const operations = group;
      const settled = waiting;
      group = [];
      waiting = [];
      if (operations.length > 0 && failure === undefined) {
        try {
          await commit(operations);
        } catch (error) {
          failure = error instanceof Error ? error : new Error(String(error));
        }
      }
      for (const call of settled) call(failure);
    }
    busy = false;
  };
  const start = (): void => {
    if (busy) return;
    busy = true;
    // What the same turn adds belongs to the first group.
    queueMicrotask(run);
  };

  return {
    add(...operations) {
      group.push(...operations);
      start();
    },
    whenDone(settled) {
      if (!busy) return settled(failure);
      waiting.push(settled);
    },
  };
}
