import { createClient } from '@opwright/client';
import { type KubeObject, seededRandom, type VirtualClock } from '@opwright/machinery';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  answer,
  createFakeApi,
  errorEvent,
  type FakeApi,
  type FakeRequest,
  failure,
  initialEventsEnd,
  refused,
} from '../../test/support/fake-api.ts';
import { idleClock, named, type Recording, recording, Thing } from '../../test/support/fixtures.ts';
import { createReflector, type Reflector } from './reflector.ts';

let api: FakeApi;
let clock: VirtualClock;
let logger: Recording;
let reflector: Reflector;
let unusable: Set<string>;
/** What the sink was told, in order. */
let told: string[];
/** Which versions of objects were prepared. */
let prepared: string[];
let stop: () => Promise<void>;

beforeEach(() => {
  api = createFakeApi();
  unusable = new Set();
});

async function start(): Promise<void> {
  clock = idleClock();
  logger = recording();
  told = [];
  prepared = [];
  const text = ({ metadata }: KubeObject) => `${metadata.name}@${metadata.resourceVersion}`;
  reflector = createReflector({
    client: createClient(api),
    resource: Thing,
    clock,
    random: seededRandom(7),
    logger,
    watchList: { unusable },
    prepare(object) {
      if (object.metadata.name === 'poison') throw new Error('this object cannot be prepared');
      prepared.push(text(object));
      return object;
    },
    sink: {
      replace: async (objects, version) => () => void told.push(`replace ${objects.map(text).join()} at ${version}`),
      put: (object) => told.push(`put ${text(object)}`),
      remove: (object) => told.push(`remove ${text(object)}`),
      bookmark: (version) => told.push(`bookmark ${version}`),
    },
  });
  const controller = new AbortController();
  const running = reflector.run(controller.signal);
  stop = async () => {
    controller.abort(new Error('stopped by the test'));
    await running;
    expect(clock.pending).toBe(0);
    expect(api.watches).toEqual([]);
  };
  await clock.advance(0);
}

const kindOf = ({ watch, query }: FakeRequest) =>
  `${watch ? (query.has('sendInitialEvents') ? 'stream' : 'watch') : 'list'} ${query.get('resourceVersion')}`;
const requests = () => api.requests.map(kindOf);

/** The first streams do not end by themselves and say only what the test makes them say. */
function heldStreams(): void {
  api.rule((request) => (isStream(request) ? held(request) : undefined));
}

const isStream = ({ query }: FakeRequest) => query.get('sendInitialEvents') === 'true';

interface Held {
  send(type: string, object: unknown): void;
  end(): void;
}
let streams: Held[] = [];
beforeEach(() => {
  streams = [];
});

function held({ query }: FakeRequest) {
  const queue: unknown[] = [];
  let wake = () => {};
  let ended = false;
  streams.push({
    send(type, object) {
      queue.push({ type, object });
      wake();
    },
    end() {
      ended = true;
      wake();
    },
  });
  expect(query.get('allowWatchBookmarks')).toBe('true');
  expect(query.get('resourceVersionMatch')).toBe('NotOlderThan');
  return answer(200, undefined, {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (queue.length > 0) yield queue.shift();
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  });
}

const thing = (name: string, version: number, kind = 'Thing') => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'default', uid: name, resourceVersion: String(version) },
});

describe('a streamed list', () => {
  test('asks for the most recent state, and goes on with the same stream', async () => {
    api.put(Thing, named('a'));
    api.put(Thing, named('b'));
    await start();
    api.put(Thing, named('c'));
    await clock.advance(0);
    expect(told).toEqual(['replace a@2,b@3 at 3', 'put c@4']);
    expect(requests()).toEqual(['stream ']);
    expect(Object.fromEntries(api.requests[0]!.query)).toMatchObject({
      watch: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
    expect(prepared).toEqual(['a@2', 'b@3', 'c@4']);
    await stop();
  });

  test('becomes visible all at once, and only with the bookmark that ends it', async () => {
    heldStreams();
    await start();
    const [stream] = streams;
    stream!.send('ADDED', thing('b', 9));
    stream!.send('ADDED', thing('a', 5));
    await clock.advance(0);
    expect([told, reflector.state.synced, reflector.state.resourceVersion]).toEqual([[], false, '']);
    stream!.send('BOOKMARK', { metadata: { resourceVersion: '10' } });
    stream!.send('MODIFIED', thing('a', 11));
    stream!.send('DELETED', thing('b', 12));
    stream!.send('ADDED', thing('c', 13));
    await clock.advance(0);
    expect([told, reflector.state.synced]).toEqual([[], false]);
    stream!.send('BOOKMARK', initialEventsEnd(14));
    await clock.advance(0);
    expect(told).toEqual(['replace a@11,c@13 at 14']);
    expect(reflector.state).toMatchObject({ synced: true, resourceVersion: '14' });
    await stop();
  });

  test('a bookmark moves the version and delivers no event; the initial ADDED events do not move it', async () => {
    heldStreams();
    await start();
    const versions: string[] = [];
    const send = async (type: string, object: unknown) => {
      streams[0]!.send(type, object);
      await clock.advance(0);
      versions.push(reflector.state.resourceVersion);
    };
    await send('ADDED', thing('b', 9));
    await send('ADDED', thing('a', 5));
    await send('BOOKMARK', { metadata: { resourceVersion: '10' } });
    await send('ADDED', thing('c', 11));
    await send('BOOKMARK', initialEventsEnd(12));
    await send('BOOKMARK', { metadata: { resourceVersion: '13' } });
    expect(versions).toEqual(['', '', '10', '11', '12', '13']);
    expect(told).toEqual(['replace b@9,a@5,c@11 at 12', 'bookmark 13']);
    await stop();
  });

  test('is thrown away when it is cut before its end, and read again; no version is prepared twice', async () => {
    heldStreams();
    await start();
    streams[0]!.send('ADDED', thing('a', 5));
    streams[0]!.send('ADDED', thing('gone', 6));
    streams[0]!.end();
    await clock.advance(1600);
    expect(told).toEqual([]);
    expect(reflector.state.lastError).toMatchObject({ reason: 'StreamCut' });
    streams[1]!.send('ADDED', thing('a', 5));
    streams[1]!.send('ADDED', thing('b', 7));
    streams[1]!.send('BOOKMARK', initialEventsEnd(8));
    await clock.advance(0);
    expect(told).toEqual(['replace a@5,b@7 at 8']);
    expect(prepared).toEqual(['a@5', 'gone@6', 'b@7']);
    expect(reflector.state.lastError).toBeUndefined();
    expect(requests()).toEqual(['stream ', 'stream ']);
    await stop();
  });

  test('gives way to lists when it is cut three times, now and for good', async () => {
    api.put(Thing, named('a'));
    api.rule((request) =>
      isStream(request) ? answer(200, undefined, [{ type: 'ADDED', object: thing('x', 1) }]) : undefined,
    );
    await start();
    await clock.advance(10_000);
    expect(requests()).toEqual(['stream ', 'stream ', 'stream ', 'list 0', 'watch 2']);
    expect(told).toEqual(['replace a@2 at 2']);
    expect(unusable.size).toBe(1);
    api.silently(() => api.put(Thing, named('b')));
    api.compact();
    api.watches[0]!.end();
    await clock.advance(10_000);
    expect(requests().slice(5)).toEqual(['watch 2', 'list 2', 'watch 3']);
    await stop();
  });

  test('is watched over: a warning every 10 s, and a list when a minute has not brought its end', async () => {
    api.put(Thing, named('a'));
    heldStreams();
    await start();
    for (let second = 0; second < 59; second++) {
      streams[0]!.send('MODIFIED', thing('a', 10 + second));
      await clock.advance(1000);
    }
    const warnings = logger.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ fields }) => fields.waited)).toEqual(['10 s', '20 s', '30 s', '40 s', '50 s']);
    expect(warnings[0]).toMatchObject({
      message: 'Streamed list is not complete yet',
      fields: { resource: 'things', objects: 1 },
    });
    await clock.advance(1001);
    expect(requests().slice(0, 2)).toEqual(['stream ', 'list 68']);
    expect(unusable.size).toBe(1);
    await stop();
  });

  test('may take longer than a minute while objects keep coming, and gives way to a list when only changes do', async () => {
    heldStreams();
    await start();
    const sendSome = (round: number, type: string) => {
      for (let i = 0; i < 100; i++) streams[0]!.send(type, thing(`thing-${round}-${i}`, 100 * round + i + 1));
    };
    for (let round = 0; round < 9; round++) {
      sendSome(round, 'ADDED');
      await clock.advance(10_000);
    }
    expect(requests()).toEqual(['stream ']);
    sendSome(9, 'MODIFIED');
    await clock.advance(10_000);
    expect(requests().slice(0, 2)).toEqual(['stream ', 'list 1000']);
    await stop();
  });

  test('gives way to a list after 20 s from a server that does not know the bookmark and falls silent', async () => {
    api.put(Thing, named('a'));
    heldStreams();
    await start();
    await clock.advance(20_001);
    expect(told).toEqual(['replace a@2 at 2']);
    await stop();
  });

  test.each([
    [422, 'Invalid'],
    [400, 'BadRequest'],
    [404, 'NotFound'],
    [405, 'MethodNotAllowed'],
  ])('gives way to lists at once and for good when the server answers %i', async (code, reason) => {
    api.rule((request) => (isStream(request) ? failure(code, reason, 'sendInitialEvents is forbidden') : undefined));
    await start();
    expect(requests()).toEqual(['stream ', 'list 0', 'watch 1']);
    expect(logger.messages('error')).toEqual([]);
    expect(unusable.size).toBe(1);
    await stop();
    await start();
    expect(requests().slice(3)).toEqual(['list 0', 'watch 1']);
    await stop();
  });

  test('is tried again when it was the kind itself that the server did not know', async () => {
    const undo = api.rule(() => failure(404, 'NotFound', 'the server could not find the requested resource'));
    await start();
    expect(reflector.state.lastError?.message).toMatch(/if the kind is a CRD, install it/);
    undo();
    await clock.advance(10_000);
    expect(requests().at(-1)).toBe('stream ');
    expect(reflector.state.synced).toBe(true);
    expect(unusable.size).toBe(0);
    await stop();
  });

  test.each([
    ['refused', () => refused()],
    ['throttled', () => failure(429, 'TooManyRequests', 'slow down')],
  ])('is asked for again after a pause when it is %s', async (_name, refuse) => {
    let left = 3;
    api.rule(() => (left-- > 0 ? refuse() : undefined));
    await start();
    expect(requests()).toEqual(['stream ']);
    await clock.advance(10_000);
    expect(requests()).toEqual(['stream ', 'stream ', 'stream ', 'stream ']);
    expect(told).toEqual(['replace  at 1']);
    expect(unusable.size).toBe(0);
    await stop();
  });

  test('is not given up for good when the server is down for longer than a minute', async () => {
    const undo = api.rule(() => refused());
    await start();
    await clock.advance(300_000);
    undo();
    await clock.advance(60_000);
    expect(told).toEqual(['replace  at 1']);
    expect(unusable.size).toBe(0);
    await stop();
  });

  test.each([
    ['410', () => failure(410, 'Expired', 'too old')],
    ['an ERROR event of 410', () => answer(200, undefined, [errorEvent(410, 'Expired', 'too old')])],
    [
      'a version from its future',
      () => failure(504, 'Timeout', 'Too large resource version', { causes: [{ reason: 'ResourceVersionTooLarge' }] }),
    ],
  ])('asks for the most recent state at once when its version is refused with %s', async (_name, refuse) => {
    api.put(Thing, named('a'));
    await start();
    await clock.advance(5000);
    api.rule((request) => (isStream(request) && request.query.get('resourceVersion') ? refuse() : undefined));
    api.compact();
    api.put(Thing, named('b'));
    api.compact();
    api.silently(() => api.watches[0]!.send('ERROR', { code: 410, reason: 'Expired', message: 'too old' }));
    await clock.advance(1600);
    expect(requests()).toEqual(['stream ', 'stream 3', 'stream ']);
    expect(told.at(-1)).toBe('replace a@2,b@3 at 3');
    await stop();
  });

  test('loses one bad object, not the others', async () => {
    heldStreams();
    await start();
    streams[0]!.send('ADDED', thing('a', 2));
    streams[0]!.send('ADDED', thing('poison', 3));
    streams[0]!.send('ADDED', thing('other', 4, 'Other'));
    streams[0]!.send('ADDED', { nonsense: true });
    streams[0]!.send('ADDED', thing('b', 5));
    streams[0]!.send('BOOKMARK', initialEventsEnd(6));
    await clock.advance(0);
    expect(told).toEqual(['replace a@2,b@5 at 6']);
    expect(logger.messages('error')).toHaveLength(3);
    await stop();
  });

  test('leaves nothing behind when it is stopped before its end', async () => {
    heldStreams();
    await start();
    streams[0]!.send('ADDED', thing('a', 2));
    await clock.advance(12_000);
    await stop();
    expect(told).toEqual([]);
  });
});
