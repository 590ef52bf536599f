import { VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { expiringCache } from './expiring-cache.ts';

function setUp(limit = 10) {
  const clock = new VirtualClock();
  const cache = expiringCache<string>(clock, limit);
  const asked: string[] = [];
  const get = (key: string, lifeMs = 1000, answer: () => Promise<string> = async () => `${key} answered`) =>
    cache.get(
      key,
      () => {
        asked.push(key);
        return answer();
      },
      () => lifeMs,
    );
  return { clock, asked, get };
}

test('an answer holds for its life and is asked for again after it', async () => {
  const { clock, asked, get } = setUp();
  expect(await get('a')).toBe('a answered');
  await clock.advance(999);
  await get('a');
  expect(asked).toEqual(['a']);
  await clock.advance(1);
  await get('a');
  expect(asked).toEqual(['a', 'a']);
});

test('who asks while the answer is on its way waits for the same one', async () => {
  const { asked, get } = setUp();
  expect(await Promise.all([get('a'), get('a'), get('b')])).toEqual(['a answered', 'a answered', 'b answered']);
  expect(asked).toEqual(['a', 'b']);
});

test('a failure is told and not kept', async () => {
  const { asked, get } = setUp();
  await expect(get('a', 1000, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  expect(await get('a')).toBe('a answered');
  expect(asked).toEqual(['a', 'a']);
});

test('beyond the limit the oldest answer goes', async () => {
  const { asked, get } = setUp(2);
  for (const key of ['a', 'b', 'c', 'b', 'a']) await get(key);
  expect(asked).toEqual(['a', 'b', 'c', 'a']);
});
