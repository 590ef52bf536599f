import { byteQueue } from './byte-queue.ts';
import type { Connection, Stream } from './connection.ts';

/** How streams share the messages of a WebSocket. */
export interface ChannelOptions {
  readonly count: number;
  /** Messages are text: a digit for the channel, then base64. */
  readonly base64?: boolean;
  /** The message `[255, n]` closes the peer's half of channel n (v5.channel.k8s.io). */
  readonly closeSignal?: boolean;
}

const CLOSE = 255;
const DIGIT_ZERO = 48;

/**
 * Streams that share a WebSocket: the first byte of a message is the number of the stream that it belongs to.
 *
 * @see https://kubernetes.io/docs/reference/using-api/websockets/
 */
export function openChannels(connection: Connection, { count, base64, closeSignal }: ChannelOptions): Stream[] {
  const queues = Array.from({ length: count }, byteQueue);
  void distribute();
  return queues.map((incoming, channel) => ({
    incoming,
    send: (data) => connection.send(message(channel, typeof data === 'string' ? Buffer.from(data) : data)),
    // The peer learns of our ends only by the end of the connection.
    end: () => Promise.resolve(),
  }));

  async function distribute(): Promise<void> {
    try {
      for await (const data of connection.incoming) {
        const first = data[0];
        if (first === undefined) continue;
        const rest = data.subarray(1);
        if (closeSignal && first === CLOSE) queues[rest[0] ?? count]?.end();
        else if (base64) await queues[first - DIGIT_ZERO]?.push(Buffer.from(Buffer.from(rest).toString(), 'base64'));
        else await queues[first]?.push(rest);
      }
    } finally {
      for (const queue of queues) queue.end();
    }
  }

  function message(channel: number, data: Uint8Array): Uint8Array | string {
    if (base64) return `${channel}${Buffer.from(data).toString('base64')}`;
    return Buffer.concat([Buffer.of(channel), data]);
  }
}
