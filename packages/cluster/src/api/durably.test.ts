import { expect, test } from 'vitest';
import type { Settled, StoreLog } from '../store/log.ts';
import { createStore } from '../store/store.ts';
import { durably } from './durably.ts';
import type { ServerBody } from './http-types.ts';

function answering(body: ServerBody) {
  const waiting: Settled[] = [];
  const log: StoreLog = { append() {}, forget() {}, whenDurable: (settled) => waiting.push(settled) };
  const handler = durably(async () => ({ status: 200, headers: {}, body }), createStore({ log }));
  let answered = false;
  const answer = handler({
    method: 'GET',
    path: '/',
    headers: {},
    values: true,
    lifetime: new AbortController(),
  }).finally(() => {
    answered = true;
  });
  return { answer, waiting, isAnswered: () => answered };
}

const turns = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

test('an answer waits until what it may tell of is safe', async () => {
  const { answer, waiting, isAnswered } = answering({ json: 1 });
  await turns();
  expect(isAnswered()).toBe(false);
  expect(waiting).toHaveLength(1);
  waiting[0]?.();
  expect(await answer).toMatchObject({ status: 200, body: { json: 1 } });
});

test('when it cannot be made safe the answer is an error, and a stream ends', async () => {
  let ended = false;
  const stream: AsyncIterable<unknown> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: true, value: undefined }),
      async return() {
        ended = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const { answer, waiting } = answering({ stream });
  await turns();
  waiting[0]?.(new Error('the disk is full'));
  expect(await answer).toMatchObject({
    status: 500,
    body: { json: { reason: 'InternalError', message: 'Internal error occurred: the disk is full' } },
  });
  expect(ended).toBe(true);
});
