import type { StoreEvent } from './history.ts';

/** Called when what it waits for is safe, or with the error that prevented it. */
export type Settled = (failure?: Error) => void;

/** Where a store writes down what it does. Appending never waits; {@link StoreLog.whenDurable} tells when it is safe. */
export interface StoreLog {
  append(event: StoreEvent): void;
  /**
   * The history of a storage ('': of all) no longer reaches back behind `compacted`: these events, which it held, may go,
   * as far as they do not say what there is. `revision` is the store's.
   */
  forget(storage: string, compacted: number, events: readonly StoreEvent[], revision: number): void;
  /**
   * Calls back once everything that was appended so far is safe from the end of this process: at once when it is already.
   * In the order of the calls.
   */
  whenDurable(settled: Settled): void;
}

/** Keeps nothing: everything in memory is as safe as it gets. */
export const MEMORY_LOG: StoreLog = {
  append: () => {},
  forget: () => {},
  whenDurable: (settled) => settled(),
};
