import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sleep } from './clock.ts';
import { VirtualClock } from './virtual-clock.ts';

describe('VirtualClock', () => {
  test('stands still until it is told to advance', async () => {
    const clock = new VirtualClock({ now: 1000 });
    let fired = false;
    clock.setTimeout(() => {
      fired = true;
    }, 10);
    await clock.advance(9);
    expect([fired, clock.now(), clock.monotonic(), clock.pending, clock.nextDueMs]).toEqual([false, 1009, 9, 1, 1]);
    await clock.advance(1);
    expect([fired, clock.now(), clock.pending, clock.nextDueMs]).toEqual([true, 1010, 0, undefined]);
  });

  test('fires timers by due time, then in the order in which they were set, each at its time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 40 }), async (plan) => {
        const clock = new VirtualClock();
        const fired: [number, number][] = [];
        const timers = plan.map(([delay], index) =>
          clock.setTimeout(() => fired.push([clock.monotonic(), index]), delay),
        );
        plan.forEach(([, cancelled], index) => {
          if (cancelled) timers[index]!.cancel();
        });
        const expected = plan
          .map(([delay, cancelled], index) => ({ delay, cancelled, index }))
          .filter(({ cancelled }) => !cancelled)
          .sort((a, b) => a.delay - b.delay || a.index - b.index)
          .map(({ delay, index }) => [delay, index]);
        expect(clock.pending).toBe(expected.length);
        await clock.advance(20);
        expect(fired).toEqual(expected);
        expect(clock.pending).toBe(0);
      }),
    );
  });

  test('lets what a timer sets in motion come to rest before the next one fires', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const worker = async (name: string) => {
      await sleep(clock, 10);
      for (let i = 0; i < 20; i++) await Promise.resolve();
      log.push(`${name} at ${clock.monotonic()}`);
      await sleep(clock, 5);
      log.push(`${name} at ${clock.monotonic()}`);
    };
    void worker('a');
    void worker('b');
    clock.setTimeout(() => log.push('timer at 11'), 11);
    await clock.advance(100);
    expect(log).toEqual(['a at 10', 'b at 10', 'timer at 11', 'a at 15', 'b at 15']);
    expect(clock.monotonic()).toBe(100);
  });

  test('runs timers with no or negative delay at once', async () => {
    const clock = new VirtualClock();
    const log: number[] = [];
    clock.setTimeout(() => log.push(clock.monotonic()), -5);
    clock.setTimeout(() => log.push(clock.monotonic()), 0);
    await clock.advance(0);
    expect(log).toEqual([0, 0]);
  });

  test('forgets a timer that is cancelled, also twice or after it has fired', async () => {
    const clock = new VirtualClock();
    const timer = clock.setTimeout(() => {}, 1);
    const other = clock.setTimeout(() => {}, 2);
    timer.cancel();
    timer.cancel();
    expect(clock.pending).toBe(1);
    await clock.advance(2);
    other.cancel();
    expect(clock.pending).toBe(0);
  });

  test('runs until something holds and no further', async () => {
    const clock = new VirtualClock();
    let count = 0;
    const tick = () => {
      count++;
      clock.setTimeout(tick, 10);
    };
    clock.setTimeout(tick, 10);
    expect(await clock.runUntil(() => count === 3, 1000)).toBe(true);
    expect(clock.monotonic()).toBe(30);
    expect(await clock.runUntil(() => count === 3, 1000)).toBe(true);
    expect(clock.monotonic()).toBe(30);
    expect(await clock.runUntil(() => count < 0, 100)).toBe(false);
    expect([count, clock.monotonic()]).toEqual([13, 130]);
  });

  test('waits with what the platform offers for settling', async () => {
    let settled = 0;
    const clock = new VirtualClock({
      settle: async () => {
        settled++;
      },
    });
    clock.setTimeout(() => {}, 1);
    await clock.advance(1);
    expect(settled).toBe(2);
  });
});
