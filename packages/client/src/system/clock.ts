import type { Clock, Timer } from '@opwright/machinery';

/** The longest delay that Node's timers take; a longer one would fire at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** The clock of this machine. A pending timer keeps the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(callback: () => void, delayMs: number): Timer {
    let handle: NodeJS.Timeout;
    const arm = (remaining: number) => {
      const step = Math.min(remaining, LONGEST_DELAY);
      handle = setTimeout(() => (remaining > step ? arm(remaining - step) : callback()), step);
    };
    arm(Math.max(0, delayMs));
    return { cancel: () => clearTimeout(handle) };
  },
};
