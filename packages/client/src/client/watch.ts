import type { AnyResource, Infer } from '@opwright/machinery';
import type { WatchEvent, WatchOptions } from '../client.ts';
import { TransportError } from '../transport.ts';
import { selectionQuery } from './lists.ts';
import { eventParser } from './parsers.ts';
import { collectionPath, withQuery } from './paths.ts';
import type { Requests } from './requests.ts';

/** @see https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources */
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/**
 * One watch request. An `ERROR` that the server sent is yielded like any event. A line that is not an event breaks the watch with a
 * `TransportError`: what it said is lost, so whoever follows must watch again from the last version it knows, as after a
 * broken connection.
 */
export async function* watch<R extends AnyResource>(
  { baseHeaders, send }: Requests,
  resource: R,
  opts: WatchOptions,
): AsyncGenerator<WatchEvent<Infer<R>>, void, undefined> {
  const path = withQuery(collectionPath(resource, opts.namespace), {
    watch: true,
    ...selectionQuery(opts),
    resourceVersion: opts.resourceVersion,
    resourceVersionMatch: opts.resourceVersionMatch,
    allowWatchBookmarks: opts.allowWatchBookmarks,
    sendInitialEvents: opts.sendInitialEvents,
    timeoutSeconds: opts.timeoutSeconds,
  });
  const { metadataOnly, signal } = opts;
  const headers = metadataOnly ? { ...baseHeaders, accept: METADATA } : baseHeaders;
  const response = await send({ method: 'GET', path, stream: true, headers, signal });
  // One loop, through which every event of a cache passes.
  for await (const line of response.lines(opts.managedFieldsOf && eventParser(opts.managedFieldsOf))) {
    if (!isEvent<Infer<R>>(line)) {
      throw new TransportError(`the watch sent a line that is not an event: ${JSON.stringify(line)?.slice(0, 200)}`);
    }
    yield metadataOnly ? withKind(resource, line) : line;
  }
}

/** What is sent as PartialObjectMetadata is an object of the resource all the same. */
function withKind<T>({ apiVersion, kind }: AnyResource, event: WatchEvent<T>): WatchEvent<T> {
  if (event.type === 'ERROR' || event.type === 'BOOKMARK') return event;
  return { type: event.type, object: { ...event.object, apiVersion, kind } };
}

const TYPES = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

function isEvent<T>(line: unknown): line is WatchEvent<T> {
  if (typeof line !== 'object' || line === null || !('type' in line) || !('object' in line)) return false;
  return (
    typeof line.type === 'string' && TYPES.has(line.type) && typeof line.object === 'object' && line.object !== null
  );
}
