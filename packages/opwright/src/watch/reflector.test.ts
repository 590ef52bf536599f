import { createClient } from '@opwright/client';
import { type KubeObject, keyString, seededRandom, type VirtualClock } from '@opwright/machinery';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { answer, createFakeApi, errorEvent, type FakeApi, failure, refused } from '../../test/support/fake-api.ts';
import { idleClock, named, type Recording, recording, Thing } from '../../test/support/fixtures.ts';
import type { ReflectorOptions } from './following.ts';
import { createReflector, type Reflector } from './reflector.ts';

let api: FakeApi;
let clock: VirtualClock;
let logger: Recording;
let reflector: Reflector;
let stop: () => Promise<void>;
/** What the sink was told, in order. */
let told: string[];
let state: Map<string, KubeObject>;

beforeEach(() => {
  api = createFakeApi();
});

async function start(options: Partial<ReflectorOptions> = {}): Promise<void> {
  clock = idleClock();
  logger = recording();
  told = [];
  state = new Map();
  reflector = createReflector({
    client: createClient(api),
    resource: Thing,
    clock,
    random: seededRandom(7),
    logger,
    sink: {
      replace: async (objects, version) => () => {
        told.push(`replace ${objects.map(({ metadata }) => metadata.name).join()}@${version}`);
        state = new Map(objects.map((object) => [keyString(object.metadata), object]));
      },
      put(object) {
        told.push(`put ${object.metadata.name}@${object.metadata.resourceVersion}`);
        if (object.metadata.name === 'poison') throw new Error('this object cannot be filed');
        state.set(keyString(object.metadata), object);
      },
      remove(object) {
        told.push(`remove ${object.metadata.name}@${object.metadata.resourceVersion}`);
        state.delete(keyString(object.metadata));
      },
      bookmark: (version) => told.push(`bookmark @${version}`),
    },
    ...options,
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

const lists = () => api.requests.filter(({ watch, plural }) => plural === 'things' && !watch);
const watches = () => api.requests.filter(({ watch }) => watch);
const versionsOf = (requests: readonly { query: URLSearchParams }[]) =>
  requests.map(({ query }) => query.get('resourceVersion'));

describe('a reflector', () => {
  test('lists at version 0 in pages, then watches from the version of the list', async () => {
    api.put(Thing, named('a'));
    await start();
    api.put(Thing, named('b'));
    api.remove(Thing, 'default/a');
    await clock.advance(0);
    expect(told).toEqual(['replace a@2', 'put b@3', 'remove a@4']);
    expect(lists().map(({ query }) => [query.get('resourceVersion'), query.get('limit')])).toEqual([['0', '500']]);
    const [watch] = watches();
    expect(Object.fromEntries(watch!.query)).toMatchObject({ resourceVersion: '2', allowWatchBookmarks: 'true' });
    const timeout = Number(watch!.query.get('timeoutSeconds'));
    expect(timeout >= 300 && timeout < 600).toBe(true);
    await stop();
  });

  test('goes on from the last version without a list when a watch has ended normally', async () => {
    await start();
    api.put(Thing, named('a'));
    await clock.advance(5000);
    api.watches[0]!.end();
    api.put(Thing, named('b'));
    await clock.advance(0);
    expect(told).toEqual(['replace @1', 'put a@2', 'put b@3']);
    expect(versionsOf(watches())).toEqual(['1', '2']);
    expect(lists()).toHaveLength(1);
    await stop();
  });

  test('takes the version of a bookmark and tells nobody of a change', async () => {
    await start();
    api.silently(() => api.put(Thing, named('unseen')));
    api.bookmark();
    await clock.advance(5000);
    api.watches[0]!.end();
    await clock.advance(0);
    expect(told).toEqual(['replace @1', 'bookmark @2']);
    expect(versionsOf(watches())).toEqual(['1', '2']);
    await stop();
  });

  test('lists again after a 410 of the watch, at the last version, which is a lower bound, and waits before', async () => {
    await start();
    api.put(Thing, named('a'));
    await clock.advance(5000);
    api.silently(() => api.put(Thing, named('b')));
    api.compact();
    api.watches[0]!.end();
    await clock.advance(0);
    expect(lists()).toHaveLength(1);
    await clock.advance(1600);
    expect(versionsOf(lists())).toEqual(['0', '2']);
    expect(lists()[1]!.query.has('limit')).toBe(false);
    expect([...state.keys()]).toEqual(['default/a', 'default/b']);
    expect(logger.messages('error')).toEqual([]);
    await stop();
  });

  test('treats an ERROR event of 410 like a 410', async () => {
    await start();
    let once = true;
    api.rule(({ watch }) => {
      if (!watch || !once) return undefined;
      once = false;
      return answer(200, undefined, [errorEvent(410, 'Expired', 'too old resource version: 1 (5)')]);
    });
    api.watches[0]!.end();
    await clock.advance(10_000);
    expect(lists().length).toBeGreaterThan(1);
    expect(api.watches).toHaveLength(1);
    await stop();
  });

  test.each([
    ['410 Expired', () => failure(410, 'Expired', 'The provided continue parameter is too old')],
    [
      'a version from its future',
      () => failure(504, 'Timeout', 'Too large resource version', { causes: [{ reason: 'ResourceVersionTooLarge' }] }),
    ],
  ])(
    'asks for the most recent state at once when the list is refused with %s, and keeps to it until one succeeds',
    async (_name, refuse) => {
      await start();
      await clock.advance(5000);
      const undo = api.rule(({ watch, query }) => {
        if (watch) return failure(410, 'Expired', 'too old');
        return query.get('resourceVersion') ? refuse() : failure(500, 'InternalError', 'not now');
      });
      api.watches[0]!.end();
      await clock.advance(1600);
      expect(versionsOf(lists())).toEqual(['0', '1', '']);
      await clock.advance(3200);
      expect(versionsOf(lists()).at(-1)).toBe('');
      undo();
      await clock.advance(60_000);
      expect(versionsOf(lists()).at(-1)).toBe('');
      expect(reflector.state.lastError).toBeUndefined();
      await stop();
    },
  );

  test('reads the whole list at once when a page has expired', async () => {
    const page = (items: unknown[], next?: string) =>
      answer(200, { kind: 'List', metadata: { resourceVersion: '9', ...(next && { continue: next }) }, items });
    const thing = (name: string) => ({ ...named(name), metadata: { name, uid: name, resourceVersion: '5' } });
    api.rule(({ watch, query }) => {
      if (watch) return undefined;
      if (query.get('continue')) return failure(410, 'Expired', 'The provided continue parameter is too old');
      return query.has('limit') ? page([thing('a')], 'more') : page([thing('a'), thing('b')]);
    });
    await start();
    expect(told).toEqual(['replace a,b@9']);
    await stop();
  });

  test('names a missing kind and a missing permission, again and again, and recovers by itself', async () => {
    const failures: string[] = [];
    const undo = api.rule(() =>
      failure(403, 'Forbidden', 'things is forbidden: User "x" cannot list resource "things"'),
    );
    await start({ onError: ({ reason }) => failures.push(reason) });
    await clock.advance(10_000);
    expect(failures.length).toBeGreaterThan(2);
    expect(new Set(failures)).toEqual(new Set(['Forbidden']));
    expect(logger.lines[0]?.fields.error).toMatch(/failed to list things: things is forbidden.*; grant the operator/);
    expect(reflector.state).toMatchObject({ synced: false, lastError: { reason: 'Forbidden' } });
    undo();
    const again = api.rule(() => failure(404, 'NotFound', 'the server could not find the requested resource'));
    await clock.advance(60_000);
    expect(reflector.state.lastError?.message).toMatch(
      /does not serve things in version v1: if the kind is a CRD, install it/,
    );
    again();
    await clock.advance(60_000);
    expect(reflector.state).toMatchObject({ synced: true, lastError: undefined });
    await stop();
  });

  test('waits longer after each failure, from 0.8 s to at most 60 s', async () => {
    api.rule(() => failure(500, 'InternalError', 'no'));
    await start();
    await clock.advance(600_000);
    const count = lists().length;
    expect(count).toBeGreaterThan(12);
    expect(count).toBeLessThan(26);
    await stop();
  });

  test('takes a watch that ends at once without any event for an error', async () => {
    await start();
    let short = 0;
    const undo = api.rule(({ watch }) => {
      if (!watch) return undefined;
      short += 1;
      return answer(200, undefined, []);
    });
    api.watches[0]!.end();
    await clock.advance(10_000);
    expect(short).toBeGreaterThan(1);
    expect(short).toBeLessThan(8);
    expect(logger.lines.some(({ fields }) => /within a second without any event/.test(String(fields.error)))).toBe(
      true,
    );
    undo();
    await clock.advance(60_000);
    expect(api.watches).toHaveLength(1);
    await stop();
  });

  test('tries a refused or throttled watch again from the same version, without a list, not before Retry-After', async () => {
    await start();
    await clock.advance(2000);
    let attempts = 0;
    const undo = api.rule(({ watch }) => {
      if (!watch) return undefined;
      attempts += 1;
      return attempts === 1 ? refused() : failure(429, 'TooManyRequests', 'slow down', { retryAfterSeconds: 20 });
    });
    api.watches[0]!.end();
    await clock.advance(1600);
    expect(attempts).toBe(2);
    await clock.advance(19_000);
    expect(attempts).toBe(2);
    undo();
    await clock.advance(2000);
    expect(lists()).toHaveLength(1);
    expect(api.watches).toHaveLength(1);
    await stop();
  });

  test('opens a new watch when the old one has been silent for too long, from the same version', async () => {
    await start({ idleTimeoutMs: 60_000 });
    const [first] = api.watches;
    await clock.advance(50_000);
    api.bookmark();
    await clock.advance(50_000);
    expect(first!.open).toBe(true);
    await clock.advance(10_001);
    expect(first!.open).toBe(false);
    expect(api.watches).toHaveLength(1);
    // Between the two it asks for a list of nothing, to know whether the server is there, and has not been set back.
    expect(lists().map(({ query }) => query.get('fieldSelector'))).toEqual([null, 'metadata.name=-']);
    expect(versionsOf(lists())).toEqual(['0', '1']);
    expect(reflector.state.lastEventAt).toBe(clock.monotonic() - 1);
    expect(logger.messages('error')).toEqual([]);
    await stop();
  });

  test('lists the state that holds when a silent server turns out to have been set back', async () => {
    await start({ idleTimeoutMs: 60_000 });
    api.put(Thing, named('a'));
    api.rule(({ watch, query }) =>
      !watch && query.get('resourceVersion') === '2'
        ? failure(504, 'Timeout', 'Too large resource version: 2, current: 1')
        : undefined,
    );
    await clock.advance(60_001);
    expect(reflector.state.lastError?.message).toContain('Too large resource version');
    await clock.advance(2000);
    expect(versionsOf(lists())).toEqual(['0', '2', '']);
    expect(reflector.state.lastError).toBeUndefined();
    await stop();
  });

  test('says so when a silent server does not answer either', async () => {
    await start({ idleTimeoutMs: 60_000 });
    api.rule(({ query }) =>
      query.get('limit') === '1' ? failure(503, 'ServiceUnavailable', 'apiserver is shutting down') : undefined,
    );
    await clock.advance(60_001);
    expect(reflector.state.lastError).toMatchObject({ reason: 'ServiceUnavailable' });
    await clock.advance(10_000);
    expect(reflector.state.lastError).toBeUndefined();
    expect(lists().at(-1)!.query.get('resourceVersion')).toBe('1');
    await stop();
  });

  test('is not held by a connection that ignores the abort', async () => {
    let stuck = true;
    api.rule(({ watch }) => {
      if (!watch || !stuck) return undefined;
      stuck = false;
      return answer(200, undefined, { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });
    });
    await start({ idleTimeoutMs: 1000 });
    await clock.advance(1001);
    expect(api.watches).toHaveLength(1);
    await stop();
  });

  test.each([
    ['the first page', undefined],
    ['a later page', 'more'],
  ])('lists again when %s does not come', async (_name, stuckAt) => {
    let stuck = true;
    api.rule(({ watch, query }) => {
      if (watch || !stuck) return undefined;
      if ((query.get('continue') ?? undefined) === stuckAt) {
        stuck = false;
        return { ...answer(200, {}), json: () => new Promise(() => {}) };
      }
      return answer(200, { kind: 'List', metadata: { resourceVersion: '9', continue: 'more' }, items: [] });
    });
    api.put(Thing, named('a'));
    await start({ idleTimeoutMs: 60_000 });
    await clock.advance(60_001);
    expect(reflector.state.lastError).toMatchObject({ reason: 'Timeout' });
    expect(told).toEqual([]);
    await clock.advance(1600);
    expect(told).toEqual(['replace a@2']);
    await stop();
  });

  test.each([
    ['a Status', { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }],
    ['a Table', { kind: 'Table', metadata: { resourceVersion: '5' }, rows: [] }],
    ['an empty object', {}],
  ])('does not take %s for an empty list', async (_name, body) => {
    await start();
    api.put(Thing, named('a'));
    await clock.advance(2000);
    const undo = api.rule(({ watch }) => (watch ? undefined : answer(200, body)));
    api.watches[0]!.break();
    await clock.advance(20_000);
    expect(state.size).toBe(1);
    expect(reflector.state.lastError).toMatchObject({ reason: 'BadList' });
    undo();
    await clock.advance(60_000);
    expect(reflector.state.lastError).toBeUndefined();
    await stop();
  });

  test.each(['MODIFIED', 'DELETED', 'BOOKMARK'])(
    'lists again when a %s shows an older version: the server has lost its history',
    async (type) => {
      await start();
      api.put(Thing, named('a'));
      api.put(Thing, named('a', { data: { x: '1' } }));
      await clock.advance(2000);
      const before = told.length;
      const old = { ...api.get(Thing, 'default/a'), metadata: { name: 'a', resourceVersion: '2' } };
      api.watches[0]!.send(type, old);
      await clock.advance(0);
      expect(told).toHaveLength(before);
      expect(reflector.state.lastError).toMatchObject({ reason: 'VersionWentBack' });
      await clock.advance(1600);
      expect(versionsOf(lists())).toEqual(['0', '3']);
      expect(told.at(-1)).toBe('replace a@3');
      expect(api.watches).toHaveLength(1);
      await stop();
    },
  );

  test('skips an object that cannot be filed and goes on with the next', async () => {
    await start();
    api.put(Thing, named('poison'));
    api.watches[0]!.send('ADDED', { nonsense: true });
    api.watches[0]!.send('MODIFIED', {
      apiVersion: 'v1',
      kind: 'Other',
      metadata: { name: 'x', resourceVersion: '3' },
    });
    api.put(Thing, named('a'));
    await clock.advance(0);
    expect([...state.keys()]).toEqual(['default/a']);
    expect(logger.messages('error')).toHaveLength(3);
    expect(watches()).toHaveLength(1);
    await stop();
  });

  test('does not take versions from the synthetic events of a watch at version 0', async () => {
    let first = true;
    api.rule(({ watch }) => {
      if (watch || !first) return undefined;
      first = false;
      return answer(200, { kind: 'List', metadata: { resourceVersion: '0' }, items: [] });
    });
    api.put(Thing, named('b'));
    api.put(Thing, named('a'));
    await start();
    expect(told).toEqual(['replace @0', 'put b@2', 'put a@3']);
    expect(reflector.state.resourceVersion).toBe('0');
    api.put(Thing, named('b', { data: { x: '1' } }));
    await clock.advance(0);
    expect(reflector.state.resourceVersion).toBe('4');
    await stop();
  });
});

test.each([
  ['lists', () => ({})],
  ['streamed lists', () => ({ watchList: { unusable: new Set<string>() } })],
])('whatever the server does, with %s the sink is equal to it in the end', async (_name, optionsOf) => {
  type Step = 'put' | 'change' | 'remove' | 'end' | 'break' | 'compact' | 'gap' | 'fail' | 'bookmark' | 'wait';
  const steps = fc.array(
    fc.tuple(
      fc.constantFrom<Step>(
        'put',
        'put',
        'change',
        'remove',
        'end',
        'break',
        'compact',
        'gap',
        'fail',
        'bookmark',
        'wait',
      ),
      fc.constantFrom('a', 'b', 'c'),
    ),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      api = createFakeApi();
      await start(optionsOf());
      let failures = 0;
      api.rule(() => {
        if (failures === 0) return undefined;
        failures -= 1;
        return failures % 2 ? failure(503, 'ServiceUnavailable', 'apiserver is shutting down') : refused();
      });
      let value = 0;
      for (const [step, name] of script) {
        if (step === 'put' || step === 'change') api.put(Thing, named(name, { data: { value: String(++value) } }));
        else if (step === 'remove') api.remove(Thing, `default/${name}`);
        else if (step === 'end') for (const watch of api.watches) watch.end();
        else if (step === 'break') for (const watch of api.watches) watch.break();
        else if (step === 'compact') api.compact();
        else if (step === 'bookmark') api.bookmark();
        else if (step === 'fail') failures = 3;
        else if (step === 'gap') {
          // The connection breaks, and what happens meanwhile is compacted before anybody asks.
          for (const watch of api.watches) watch.break();
          api.remove(Thing, `default/${name}`);
          api.put(Thing, named('gap', { data: { value: String(++value) } }));
          api.compact();
        } else await clock.advance(2000);
        if (value % 2) await clock.advance(0);
      }
      await clock.advance(600_000);
      const expected = ['a', 'b', 'c', 'gap'].flatMap((name) => api.get(Thing, `default/${name}`) ?? []);
      expect([...state.values()].sort((x, y) => (x.metadata.name < y.metadata.name ? -1 : 1))).toEqual(expected);
      await stop();
    }),
    { numRuns: 200 },
  );
});
