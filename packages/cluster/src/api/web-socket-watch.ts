import { requestedUpgrade } from './connect/upgrade.ts';
import type { Call } from './context.ts';
import { eventStream } from './event-stream.ts';
import type { ServerResponse } from './http-types.ts';
import { header, PROTOBUF } from './negotiate.ts';
import type { WatchEvent } from './verbs/watch.ts';

/** The length in front of an event, which messages have no need of. */
const FRAME_LENGTH = 4;

/** Whether a watch is to go on over a WebSocket: browsers and clients in Java read watches so. */
export function asksForWebSocket({ request }: Call): boolean {
  return request.canUpgrade === true && header(request, 'upgrade')?.toLowerCase() === 'websocket';
}

/**
 * A watch over a WebSocket: every event is a message, of text for JSON and of bytes for protobuf. Refused as Go's server
 * does it, without a word: whoever does not say what page asks, or names several protocols.
 */
export function webSocketWatch(call: Call, events: AsyncIterable<WatchEvent>): ServerResponse {
  const messages = eventStream(call, events)[Symbol.asyncIterator]();
  const refused = (status: number): ServerResponse => {
    void messages.return?.();
    return { status, headers: {}, body: { text: '' } };
  };
  if (!URL.canParse(header(call.request, 'origin') ?? '')) return refused(403);
  const [subprotocol = '', another] = requestedUpgrade(call.request).protocols;
  if (another !== undefined) return refused(400);
  const isBinary = call.negotiated.mediaType === PROTOBUF;
  return {
    status: 101,
    headers: {},
    body: {
      upgrade: {
        to: 'websocket',
        subprotocol,
        async serve(connection) {
          connection.signal.addEventListener('abort', () => void messages.return?.());
          for (let next = await messages.next(); !next.done; next = await messages.next()) {
            const bytes = next.value as Uint8Array;
            await connection.send(isBinary ? bytes.subarray(FRAME_LENGTH) : Buffer.from(bytes).toString());
          }
        },
      },
    },
  };
}
