import { seededRandom, VirtualClock } from '@opwright/machinery';
import { expect, test } from 'vitest';
import { exponentialBackoff } from '../queue/backoff.ts';
import { createQueue } from '../queue/queue.ts';
import { shardQueue } from './shard-queue.ts';

test('keys of others are neither taken nor handed out, also when they were lost in the queue, in work or while they waited', async () => {
  const clock = new VirtualClock();
  const owned = new Set(['east//a', 'east//b', 'east//c']);
  const inWork: string[] = [];
  const queue = shardQueue(
    createQueue({ clock, backoff: exponentialBackoff(seededRandom(1)) }),
    {
      owns: (key) => owned.has(key),
      begin(key) {
        if (owned.has(key)) inWork.push(key);
        return owned.has(key);
      },
      end: (key) => void inWork.splice(inWork.indexOf(key), 1),
    },
    'east//',
  );
  for (const key of ['x', 'a', 'b']) queue.add(key);
  queue.add('c', { afterMs: 5000 });
  expect([queue.length, queue.waiting]).toEqual([2, 1]);

  const first = (await queue.get())!;
  expect(first.key).toBe('a');
  expect(inWork).toEqual(['east//a']);
  owned.clear();
  // The reconcile that was under way fails, and is another member's to try again.
  queue.add('a', { rateLimited: true });
  queue.done(first);
  expect([inWork, queue.failures('a')]).toEqual([[], 0]);

  const next = queue.get();
  await clock.advance(10_000);
  owned.add('east//d');
  queue.add('d');
  expect((await next)?.key).toBe('d');
  expect([queue.length, queue.waiting, queue.inWork().map(({ key }) => key)]).toEqual([0, 0, ['d']]);
});
