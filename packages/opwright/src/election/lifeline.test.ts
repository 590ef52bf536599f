import { getEventListeners } from 'node:events';
import { type Transport, TransportError } from '@opwright/client';
import { expect, test } from 'vitest';
import { lifeline } from './lifeline.ts';

const answered: Transport = {
  request: async () => ({
    status: 409,
    headers: {},
    json: async () => ({}),
    text: async () => '',
    async *lines() {},
    close() {},
  }),
  async close() {},
};

test('requests with one signal leave one listener on it', async () => {
  const { signal } = new AbortController();
  const transport = lifeline(answered);
  for (let i = 0; i < 20; i++) await transport.request({ method: 'GET', path: '/', signal });
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
});

test('after a request without an answer the next ones go out on connections of their own, for a while', async () => {
  const own: boolean[] = [];
  let behave: 'answer' | 'hang' | 'break' = 'answer';
  const inner: Transport = {
    request({ stream, signal }) {
      own.push(stream === true);
      if (behave === 'break') return Promise.reject(new TransportError('reset'));
      if (behave === 'hang') {
        return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      }
      return answered.request({ method: 'GET', path: '/' });
    },
    async close() {},
  };
  const transport = lifeline(inner);
  const request = async (how: typeof behave) => {
    behave = how;
    const giveUp = new AbortController();
    const answer = transport.request({ method: 'GET', path: '/', signal: giveUp.signal }).catch(() => {});
    if (how === 'hang') giveUp.abort();
    await answer;
  };
  await request('answer');
  await request('break');
  for (let i = 0; i < 31; i++) await request('answer');
  expect(own).toEqual([false, false, ...Array(30).fill(true), false]);
  own.length = 0;
  await request('hang');
  await request('hang');
  for (let i = 0; i < 31; i++) await request('answer');
  expect(own).toEqual([false, true, ...Array(30).fill(true), false]);
});
