import { expect, test, vi } from 'vitest';
import { systemClock } from './clock.ts';

test('a timer fires once, after its delay', () => {
  vi.useFakeTimers();
  try {
    const fired = vi.fn();
    systemClock.setTimeout(fired, 100);
    vi.advanceTimersByTime(99);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(fired).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});

test('a cancelled timer never fires', () => {
  vi.useFakeTimers();
  try {
    const fired = vi.fn();
    systemClock.setTimeout(fired, 100).cancel();
    vi.advanceTimersByTime(1000);
    expect(fired).not.toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});

test('a delay longer than the platform allows does not fire early, and can be cancelled in its second stretch', () => {
  vi.useFakeTimers();
  try {
    const fired = vi.fn();
    const day = 24 * 3600 * 1000;
    const timer = systemClock.setTimeout(fired, 40 * day);
    systemClock.setTimeout(fired, 30 * day);
    vi.advanceTimersByTime(29 * day);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2 * day);
    expect(fired).toHaveBeenCalledTimes(1);
    timer.cancel();
    vi.advanceTimersByTime(20 * day);
    expect(fired).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});

test('without a delay it comes when everybody else has had a turn, and can be cancelled', async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    setImmediate(() => order.push('others'));
    systemClock.setTimeout(() => order.push('cancelled'), 0).cancel();
    systemClock.setTimeout(() => resolve(void order.push('timer')), 0);
    Promise.resolve().then(() => order.push('promises'));
  });
  expect(order).toEqual(['promises', 'others', 'timer']);
});

test('monotonic readings do not go back', () => {
  const first = systemClock.monotonic();
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
});
