import { setMaxListeners } from 'node:events';

/** A controller whose signal many wait for by design: Node would warn of a leak at the eleventh listener. */
export function sharedAbortController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** A controller that also aborts with the first of the signals that does, for its reason, until it is released. */
export interface ChildController {
  readonly controller: AbortController;
  readonly release: () => void;
}

export function childOf(...signals: readonly AbortSignal[]): ChildController {
  const controller = sharedAbortController();
  const abort = () => controller.abort(signals.find(({ aborted }) => aborted)?.reason);
  for (const signal of signals) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  }
  return {
    controller,
    release() {
      for (const signal of signals) signal.removeEventListener('abort', abort);
    },
  };
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
