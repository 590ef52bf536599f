import { expect, test } from 'vitest';
import { createEventQueue } from './event-queue.ts';

async function drain<T>(queue: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of queue) items.push(item);
  return items;
}

test('items come in order, also those that were there first', async () => {
  const queue = createEventQueue<number>(10, () => {}, [1, 2]);
  queue.push(3);
  queue.end();
  expect(await drain(queue)).toEqual([1, 2, 3]);
});

test('a consumer that waits is woken', async () => {
  const queue = createEventQueue<number>(10);
  const drained = drain(queue);
  await Promise.resolve();
  queue.push(1);
  await Promise.resolve();
  queue.push(2);
  queue.end();
  expect(await drained).toEqual([1, 2]);
});

test('a consumer that falls behind the limit loses the rest', async () => {
  let ends = 0;
  const queue = createEventQueue<number>(2, () => ends++, [0]);
  expect([1, 2, 3, 4].map((item) => queue.push(item))).toEqual([true, true, false, false]);
  expect([await drain(queue), ends]).toEqual([[0, 1, 2], 1]);
});

test('leaving the loop ends the queue', async () => {
  let ends = 0;
  const queue = createEventQueue<number>(10, () => ends++, [1, 2]);
  for await (const _ of queue) break;
  expect([ends, queue.ended, queue.push(3)]).toEqual([1, true, false]);
});
