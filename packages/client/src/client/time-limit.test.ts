import { builtinResource, VirtualClock } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { type Transport, TransportError, type TransportRequest, type TransportResponse } from '../transport.ts';
import { createClient } from './create-client.ts';
import { REQUEST_TIMEOUT } from './time-limit.ts';

const Pod = builtinResource({ apiVersion: 'v1', kind: 'Pod', plural: 'pods' });
const key = { name: 'a', namespace: 'default' };
const pod = { metadata: key };

const never = () => new Promise<never>(() => {});

const answered: TransportResponse = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  json: async () => pod,
  text: async () => JSON.stringify(pod),
  async *lines() {},
  close: () => {},
};

/** A client whose requests are answered by `answer`, with what it has been asked. */
function clientOf(answer: (request: TransportRequest) => Promise<TransportResponse>, requestTimeoutMs?: number) {
  const clock = new VirtualClock();
  const requests: TransportRequest[] = [];
  const transport: Transport = {
    request(request) {
      requests.push(request);
      return answer(request);
    },
    close: async () => {},
  };
  const client = createClient(transport, { clock, ...(requestTimeoutMs !== undefined && { requestTimeoutMs }) });
  return { client, clock, requests };
}

/** What came of it so far. */
function outcome(promise: Promise<unknown>): { error?: unknown; value?: unknown } {
  const seen: { error?: unknown; value?: unknown } = {};
  promise.then(
    (value) => Object.assign(seen, { value }),
    (error) => Object.assign(seen, { error }),
  );
  return seen;
}

describe('a request without an answer', () => {
  test('fails after 70 s, is given up, and says whether it may have been carried out', async () => {
    const { client, clock, requests } = clientOf(never);
    const read = outcome(client.get(Pod, key));
    const written = outcome(client.create(Pod, pod));
    await clock.advance(69_999);
    expect([read, written]).toEqual([{}, {}]);
    expect(requests.map(({ signal }) => signal?.aborted)).toEqual([false, false]);
    await clock.advance(1);
    expect(read.error).toBeInstanceOf(TransportError);
    expect(read.error).toMatchObject({
      code: REQUEST_TIMEOUT,
      message: 'GET /api/v1/namespaces/default/pods/a: no answer within 70 s',
    });
    expect(written.error).toMatchObject({
      message:
        'POST /api/v1/namespaces/default/pods: no answer within 70 s; whether it has been carried out is not known',
    });
    expect(requests.map(({ signal }) => signal?.aborted)).toEqual([true, true]);
  });

  test('fails after a time of one’s own', async () => {
    const { client, clock } = clientOf(never, 1500);
    const list = outcome(client.list(Pod));
    const raw = outcome(client.raw('GET', '/version'));
    await clock.advance(1500);
    expect(list.error).toMatchObject({ message: expect.stringContaining('no answer within 1.5 s') });
    expect(raw.error).toMatchObject({ code: REQUEST_TIMEOUT });
  });

  test('is one whose body does not end, too', async () => {
    const { client, clock } = clientOf(async () => ({ ...answered, json: never, text: never }));
    const read = outcome(client.get(Pod, key));
    await clock.advance(70_000);
    expect(read.error).toMatchObject({ code: REQUEST_TIMEOUT });
  });

  test('ends with the caller’s signal, also where the transport does not listen', async () => {
    const { client, clock, requests } = clientOf(never);
    const stop = new AbortController();
    const read = outcome(client.get(Pod, key, { signal: stop.signal }));
    await clock.advance(1);
    const reason = new Error('stopped');
    stop.abort(reason);
    await clock.advance(0);
    expect(read.error).toBe(reason);
    expect(requests[0]?.signal?.reason).toBe(reason);
    expect(clock.pending).toBe(0);
  });

  test('waits for ever where that is asked for', async () => {
    const { client, clock } = clientOf(never, Number.POSITIVE_INFINITY);
    const read = outcome(client.get(Pod, key));
    await clock.advance(86_400_000);
    expect(read).toEqual({});
  });
});

test('an answer leaves no timer and no listener behind', async () => {
  const { client, clock } = clientOf(async () => answered);
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners += 1;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners -= 1;
    removeEventListener.apply(signal, args);
  };
  await client.get(Pod, key, { signal });
  expect([clock.pending, listeners]).toEqual([0, 0]);
});

test('a watch lasts as long as it gives events, and longer', async () => {
  const { client, clock } = clientOf(async () => ({
    ...answered,
    async *lines() {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 3_600_000));
      yield { type: 'ADDED', object: pod };
    },
  }));
  const first = outcome(client.watch(Pod)[Symbol.asyncIterator]().next());
  await clock.advance(3_600_000);
  expect(first.value).toMatchObject({ value: { type: 'ADDED' } });
});
