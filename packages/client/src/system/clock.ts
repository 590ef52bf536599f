import type { Clock, Timer } from '@opwright/machinery';

/** The longest delay that Node's timers take; a longer one would fire at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** The clock of this machine. A pending timer keeps the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(callback: () => void, delayMs: number): Timer {
    // Node's shortest timer takes a millisecond: too long for who only lets others have their turn.
    if (delayMs <= 0) {
      const turn = setImmediate(callback);
      return { cancel: () => clearImmediate(turn) };
    }
    let handle: NodeJS.Timeout;
    const arm = (remaining: number) => {
      const step = Math.min(remaining, LONGEST_DELAY);
      handle = setTimeout(() => (remaining > step ? arm(remaining - step) : callback()), step);
    };
    arm(delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
