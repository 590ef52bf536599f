import type { WatchEvent } from '../client.ts';
import type { Parse, TransportResponse } from '../transport.ts';
import { TransportError } from '../transport.ts';

const TYPES = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

/**
 * The events of a watch answer. An `ERROR` that the server sent is yielded like any event. A line that is not an event
 * breaks the watch with a `TransportError`: what it said is lost, so whoever follows must watch again from the last
 * version it knows, as after a broken connection.
 */
export async function* watchEvents<T>(
  response: TransportResponse,
  parse?: Parse,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  for await (const line of response.lines(parse)) {
    if (!isEvent<T>(line)) {
      throw new TransportError(`the watch sent a line that is not an event: ${JSON.stringify(line)?.slice(0, 200)}`);
    }
    yield line;
  }
}

function isEvent<T>(line: unknown): line is WatchEvent<T> {
  if (typeof line !== 'object' || line === null || !('type' in line) || !('object' in line)) return false;
  return (
    typeof line.type === 'string' && TYPES.has(line.type) && typeof line.object === 'object' && line.object !== null
  );
}
