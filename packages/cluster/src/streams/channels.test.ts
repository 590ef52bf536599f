import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteQueue } from './byte-queue.ts';
import { type ChannelOptions, openChannels } from './channels.ts';

function over(options: ChannelOptions) {
  const incoming = byteQueue();
  const sent: (Uint8Array | string)[] = [];
  const gone = new AbortController();
  const send = async (data: Uint8Array | string) => void sent.push(data);
  const channels = openChannels({ incoming, send, close: () => gone.abort(), signal: gone.signal }, options);
  return { incoming, sent, channels };
}

async function text(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('messages go to the channel that their first byte names; those of no channel are dropped', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.string())), async (messages) => {
      const { incoming, channels } = over({ count: 5 });
      for (const [channel, body] of messages)
        void incoming.push(Buffer.concat([Buffer.of(channel), Buffer.from(body)]));
      incoming.end();
      const received = await Promise.all(channels.map((channel) => text(channel.incoming)));
      const wanted = channels.map((_, at) => messages.filter(([to]) => to === at).map(([, body]) => body));
      expect(received).toEqual(wanted.map((bodies) => Buffer.from(bodies.join('')).toString()));
    }),
    { numRuns: 200 },
  );
});

test('in base64 the channel is a digit, and messages are text both ways', async () => {
  const { incoming, sent, channels } = over({ count: 3, base64: true });
  void incoming.push(Buffer.from(`0${btoa('ls\n')}`));
  incoming.end();
  expect(await text(channels[0]!.incoming)).toBe('ls\n');
  await channels[2]!.send(Buffer.from('bad'));
  expect(sent).toEqual([`2${btoa('bad')}`]);
});

test('with close signals a client ends one channel and goes on listening to the others', async () => {
  const { incoming, sent, channels } = over({ count: 3, closeSignal: true });
  void incoming.push(Buffer.of(0, 104, 105));
  void incoming.push(Buffer.of(255, 0));
  expect(await text(channels[0]!.incoming)).toBe('hi');
  await channels[1]!.send('ho');
  expect(sent).toEqual([Buffer.of(1, 104, 111)]);
  incoming.end();
});

test('who pushes waits for a slow reader, and for none that has left', async () => {
  const queue = byteQueue();
  let pushed = false;
  const big = new Uint8Array(512 * 1024);
  const push = queue.push(big).then(() => {
    pushed = true;
  });
  await Promise.resolve();
  expect(pushed).toBe(false);
  for await (const chunk of queue) {
    expect(chunk).toBe(big);
    break;
  }
  await push;
  await queue.push(big);
  expect(await text(queue)).toBe('');
});
