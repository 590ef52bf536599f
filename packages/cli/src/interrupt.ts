import { systemClock } from '@opwright/client';
import type { Terminal } from './terminal.ts';

/** npm hands a Ctrl-C on to programs that have got it from the terminal already: a repetition so soon is no second request. */
const ECHO_MS = 500;

/**
 * Runs `work` until it ends or the user interrupts it: the first SIGINT or SIGTERM aborts the signal and `work` cleans up,
 * the second ends the process at once with code 130.
 */
export async function untilInterrupted(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (controller.signal.aborted) {
      if (systemClock.monotonic() - first > ECHO_MS) process.exit(130);
      return;
    }
    first = systemClock.monotonic();
    terminal.err('');
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
