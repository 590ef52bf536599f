import { createClient } from '@opwright/client';
import type { KubeObject, VirtualClock } from '@opwright/machinery';
import { beforeEach, describe, expect, test } from 'vitest';
import { createFakeApi, type FakeApi, failure } from '../../test/support/fake-api.ts';
import { Foo, idleClock, named, type Recording, recording } from '../../test/support/fixtures.ts';
import { createEventRecorder, type EventRecorder } from './recorder.ts';

let api: FakeApi;
let clock: VirtualClock;
let logger: Recording;
let recorder: EventRecorder;
let foo: KubeObject;
let failures: number;
let discards: number;
const found = { reason: 'FriendFound', message: 'jack is here' } as const;

beforeEach(() => {
  api = createFakeApi();
  clock = idleClock();
  logger = recording();
  failures = 0;
  discards = 0;
  foo = api.put(Foo, named('foo-1', { spec: { name: 'jack' } }));
  recorder = createEventRecorder({
    client: createClient(api),
    clock,
    logger,
    instance: 'host-1',
    signal: new AbortController().signal,
    onFailure: () => {
      failures += 1;
    },
    onDiscard: () => {
      discards += 1;
    },
  });
});

const bodies = () =>
  api.requests.filter(({ plural }) => plural === 'events').map(({ method, body }) => ({ method, body }));

describe('an event', () => {
  test('is sent in the background, as events.k8s.io has it', async () => {
    recorder.record(foo, found, 'op/foo');
    expect(bodies()).toEqual([]);
    await recorder.flush();
    expect(bodies()).toEqual([
      {
        method: 'POST',
        body: {
          apiVersion: 'events.k8s.io/v1',
          kind: 'Event',
          metadata: { name: expect.stringMatching(/^foo-1\.[0-9a-f]+$/), namespace: 'default' },
          eventTime: '2026-01-01T00:00:00.000000Z',
          reportingController: 'op/foo',
          reportingInstance: 'host-1',
          action: 'Reconcile',
          reason: 'FriendFound',
          note: 'jack is here',
          type: 'Normal',
          regarding: {
            apiVersion: 'example.com/v1',
            kind: 'Foo',
            name: 'foo-1',
            namespace: 'default',
            uid: foo.metadata.uid,
            resourceVersion: foo.metadata.resourceVersion,
          },
        },
      },
    ]);
  });

  test('that is repeated is counted in one object: at once for the second, then every ten seconds, and at the end', async () => {
    recorder.record(foo, found, 'op/foo');
    await recorder.flush();
    recorder.record(foo, found, 'op/foo');
    await recorder.flush();
    for (let i = 0; i < 5; i++) recorder.record(foo, found, 'op/foo');
    await recorder.flush();
    const counts = () => bodies().flatMap(({ body }) => (body?.series as { count?: number } | undefined)?.count ?? []);
    expect(counts()).toEqual([2]);
    await clock.advance(10_000);
    recorder.record(foo, found, 'op/foo');
    await recorder.flush();
    expect(counts()).toEqual([2, 8]);
    recorder.record(foo, found, 'op/foo');
    await recorder.stop();
    expect(counts()).toEqual([2, 8, 9]);
    expect(bodies().filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(bodies().at(-1)?.body).toEqual({ series: { count: 9, lastObservedTime: '2026-01-01T00:00:10.000000Z' } });
    expect(clock.pending).toBe(0);
  });

  test('is another one when it says something else, comes from somebody else, or comes again after six minutes', async () => {
    recorder.record(foo, found, 'op/foo');
    recorder.record(foo, { ...found, message: 'joe is here' }, 'op/foo');
    recorder.record(foo, { ...found, type: 'Warning' }, 'op/foo');
    recorder.record(foo, found, 'op/bar');
    await clock.advance(6 * 60_000 + 1);
    recorder.record(foo, found, 'op/foo');
    await recorder.flush();
    expect(bodies().map(({ method }) => method)).toEqual(['POST', 'POST', 'POST', 'POST', 'POST']);
    expect(new Set(bodies().map(({ body }) => (body?.metadata as { name: string } | undefined)?.name)).size).toBe(5);
  });

  test('about a cluster-scoped object goes to the namespace default; a long message is cut', async () => {
    const { namespace: _, ...metadata } = foo.metadata;
    recorder.record({ ...foo, metadata }, { reason: 'Long', message: 'x'.repeat(2000) }, 'op/foo');
    await recorder.flush();
    expect(bodies()[0]?.body).toMatchObject({ metadata: { namespace: 'default' } });
    expect(String(bodies()[0]?.body?.note).length).toBe(1024);
  });

  test('that the server refuses is counted and told in the log, and the next is sent', async () => {
    const undo = api.rule(() => failure(403, 'Forbidden', 'events is forbidden'));
    recorder.record(foo, found, 'op/foo');
    await recorder.flush();
    undo();
    recorder.record(foo, { ...found, reason: 'Other' }, 'op/foo');
    await recorder.flush();
    expect(failures).toBe(1);
    expect(logger.messages('warn')).toEqual(['Event was not recorded']);
    expect(bodies()).toHaveLength(2);
  });

  test('goes to the core group where the server has no events.k8s.io, and so do all after it', async () => {
    api.rule(({ path }) => (path.includes('events.k8s.io') ? failure(404, 'NotFound', 'no such path') : undefined));
    recorder.record(foo, found, 'op/foo');
    await recorder.flush();
    recorder.record(foo, found, 'op/foo');
    await recorder.flush();
    expect(api.requests.filter(({ plural }) => plural === 'events').map(({ path }) => path.split('?')[0])).toEqual([
      '/apis/events.k8s.io/v1/namespaces/default/events',
      '/api/v1/namespaces/default/events',
      expect.stringMatching(/^\/api\/v1\/namespaces\/default\/events\/foo-1\./),
    ]);
    expect(bodies()[1]?.body).toMatchObject({
      apiVersion: 'v1',
      involvedObject: { kind: 'Foo', name: 'foo-1', uid: foo.metadata.uid },
      message: 'jack is here',
      count: 1,
      source: { component: 'op/foo' },
      firstTimestamp: '2026-01-01T00:00:00Z',
    });
    expect(bodies()[2]?.body).toEqual({ count: 2, lastTimestamp: '2026-01-01T00:00:00Z' });
    expect(failures).toBe(0);
  });

  test('is combined with others that differ in their text only, from the eleventh on', async () => {
    for (let i = 1; i <= 14; i++) recorder.record(foo, { ...found, message: `friend ${i}` }, 'op/foo');
    await recorder.stop();
    const notes = bodies().flatMap(({ method, body }) => (method === 'POST' ? [String(body?.note)] : []));
    expect(notes).toHaveLength(11);
    expect(notes.at(-1)).toBe('(combined from similar events): friend 11');
    expect(bodies().at(-1)?.body).toMatchObject({ series: { count: 4 } });
  });

  test('beyond twenty-five about one object is discarded, then one in five minutes is not; others are not concerned', async () => {
    const say = (reason: string, object = foo) => recorder.record(object, { reason, message: 'x' }, 'op/foo');
    for (let i = 0; i < 30; i++) say(`Reason${i}`);
    await recorder.flush();
    expect(bodies()).toHaveLength(25);
    expect(discards).toBe(5);
    say('Other', api.put(Foo, named('foo-2', { spec: { name: 'joe' } })));
    await clock.advance(5 * 60_000);
    say('Late');
    say('Later');
    await recorder.flush();
    expect(bodies()).toHaveLength(27);
    expect(discards).toBe(6);
  });
});
