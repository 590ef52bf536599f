import { deepFreeze } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { builtinKinds } from '../kinds/builtin.ts';
import type { Call } from './context.ts';
import { eventStream, streamType } from './event-stream.ts';
import { type Negotiated, PROTOBUF } from './negotiate.ts';
import type { WatchEvent } from './verbs/watch.ts';

const kind = builtinKinds().find((each) => each.kind === 'ConfigMap')!;

const configMap = (name: string) =>
  deepFreeze({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace: 'default' }, data: { a: '<b>' } });

function watcher(mediaType: Negotiated['mediaType']): Call {
  return { kind, negotiated: { mediaType, pretty: false }, request: {} } as unknown as Call;
}

async function* all(events: readonly WatchEvent[]): AsyncGenerator<WatchEvent> {
  yield* events;
}

async function read(call: Call, events: readonly WatchEvent[]): Promise<Uint8Array[]> {
  const items: Uint8Array[] = [];
  for await (const item of eventStream(call, all(events))) items.push(item as Uint8Array);
  return items;
}

describe.each(['application/json', PROTOBUF] as const)('a thousand watchers of %s', (mediaType) => {
  test('get the same bytes of an event, made for the first of them, and once for all others', async () => {
    const events: WatchEvent[] = [
      { type: 'ADDED', object: configMap('a') },
      { type: 'MODIFIED', object: configMap('b') },
    ];
    const all = await Promise.all(Array.from({ length: 1000 }, () => read(watcher(mediaType), events)));
    expect(all[0]).toHaveLength(2);
    expect(all[0]).toEqual(all[1]);
    expect(new Set(all.map((each) => each[0])).size).toBe(2);
    expect(new Set(all.map((each) => each[1])).size).toBe(2);
  });
});

test('an object that was added for one and changed for another has bytes for each', async () => {
  const object = configMap('a');
  const [[added], [modified]] = await Promise.all([
    read(watcher('application/json'), [{ type: 'ADDED', object }]),
    read(watcher('application/json'), [{ type: 'MODIFIED', object }]),
  ]);
  expect(Buffer.from(added!).toString()).toBe(
    '{"type":"ADDED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"default"},"data":{"a":"\\u003cb\\u003e"}}}\n',
  );
  expect(Buffer.from(modified!).toString()).toContain('"MODIFIED"');
});

test('protobuf events say how long they are', async () => {
  const [frame] = await read(watcher(PROTOBUF), [{ type: 'DELETED', object: configMap('a') }]);
  const bytes = Buffer.from(frame!);
  expect(bytes.readUInt32BE(0)).toBe(bytes.length - 4);
  expect(bytes.subarray(4, 13).toString('latin1')).toBe('\x0a\x07DELETED');
  expect(streamType(watcher(PROTOBUF))).toBe(`${PROTOBUF};stream=watch`);
});
