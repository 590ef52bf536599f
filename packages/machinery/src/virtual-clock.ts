import type { Clock, Timer } from './clock.ts';

/** Options of {@link VirtualClock}. */
export interface VirtualClockOptions {
  /** The wall-clock time at the start, in ms; default 2026-01-01T00:00:00Z. */
  readonly now?: number;
  /**
   * Resolves when everything that the last timer set in motion has come to rest. The default lets a thousand promise
   * continuations run one after the other, which suits code without I/O; where the platform can tell that none is left
   * (`setImmediate` in Node), passing that is exact and faster.
   */
  readonly settle?: () => Promise<void>;
}

/**
 * Time that passes only when told to. Timers fire in the order of their due time, those due at the same time in the
 * order in which they were set: the same program runs the same way every time.
 */
export class VirtualClock implements Clock {
  private readonly start: number;
  private readonly settle: () => Promise<void>;
  private readonly timers = new TimerHeap();
  private elapsed = 0;
  private sequence = 0;

  constructor(options: VirtualClockOptions = {}) {
    this.start = options.now ?? Date.UTC(2026, 0, 1);
    this.settle = options.settle ?? settlePromises;
  }

  now(): number {
    return this.start + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  setTimeout(callback: () => void, delayMs: number): Timer {
    const timer = new VirtualTimer(callback, this.elapsed + Math.max(0, delayMs), this.sequence++, this.timers);
    this.timers.add(timer);
    return timer;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.timers.size;
  }

  /** When the next timer is due, in ms from now; undefined when none waits. */
  get nextDueMs(): number | undefined {
    const next = this.timers.first();
    return next === undefined ? undefined : next.due - this.elapsed;
  }

  /** Lets `ms` pass, running every timer that falls due, also those that are set meanwhile. */
  async advance(ms: number): Promise<void> {
    const end = this.elapsed + ms;
    await this.settle();
    while (this.fireNext(end)) await this.settle();
    this.elapsed = Math.max(this.elapsed, end);
  }

  /**
   * Lets time pass from timer to timer until the predicate holds: true. Gives up after `limitMs`: false, with that much
   * time gone.
   */
  async runUntil(predicate: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.elapsed + limitMs;
    await this.settle();
    while (!predicate()) {
      if (!this.fireNext(end)) {
        this.elapsed = Math.max(this.elapsed, end);
        return false;
      }
      await this.settle();
    }
    return true;
  }

  /** Runs the next timer if it is due by `end`. */
  private fireNext(end: number): boolean {
    const next = this.timers.first();
    if (next === undefined || next.due > end) return false;
    this.timers.remove(next);
    this.elapsed = Math.max(this.elapsed, next.due);
    next.callback();
    return true;
  }
}

const PROMISE_TURNS = 1000;

async function settlePromises(): Promise<void> {
  for (let i = 0; i < PROMISE_TURNS; i++) await undefined;
}

class VirtualTimer implements Timer {
  readonly callback: () => void;
  readonly due: number;
  readonly sequence: number;
  /** Its place in the heap; -1 when it is not in it. */
  index = -1;
  private readonly heap: TimerHeap;

  constructor(callback: () => void, due: number, sequence: number, heap: TimerHeap) {
    this.callback = callback;
    this.due = due;
    this.sequence = sequence;
    this.heap = heap;
  }

  cancel(): void {
    this.heap.remove(this);
  }

  before(other: VirtualTimer): boolean {
    return this.due < other.due || (this.due === other.due && this.sequence < other.sequence);
  }
}

/** A binary heap whose elements know their place, so that cancelling one costs as little as firing it. */
class TimerHeap {
  private readonly items: VirtualTimer[] = [];

  get size(): number {
    return this.items.length;
  }

  first(): VirtualTimer | undefined {
    return this.items[0];
  }

  add(timer: VirtualTimer): void {
    this.items.push(timer);
    this.rise(timer, this.items.length - 1);
  }

  remove(timer: VirtualTimer): void {
    if (timer.index < 0) return;
    const { index } = timer;
    timer.index = -1;
    const last = this.items.pop()!;
    if (last === timer) return;
    this.rise(last, index);
    this.sink(last, last.index);
  }

  private rise(timer: VirtualTimer, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!timer.before(this.items[parent]!)) break;
      this.place(this.items[parent]!, index);
      index = parent;
    }
    this.place(timer, index);
  }

  private sink(timer: VirtualTimer, from: number): void {
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.items.length) break;
      if (child + 1 < this.items.length && this.items[child + 1]!.before(this.items[child]!)) child++;
      if (!this.items[child]!.before(timer)) break;
      this.place(this.items[child]!, index);
      index = child;
    }
    this.place(timer, index);
  }

  private place(timer: VirtualTimer, index: number): void {
    this.items[index] = timer;
    timer.index = index;
  }
}
