import { encodeWatchFrame, type JsonObject } from '@opwright/machinery';
import type { Call } from './context.ts';
import { withType } from './encode-body.ts';
import { PROTOBUF } from './negotiate.ts';
import { objectText } from './object-text.ts';
import { partialMetadata, tableOfObject, tableOptions } from './table.ts';
import type { WatchEvent } from './verbs/watch.ts';

/** The media type of a watch in the form that was negotiated. */
export function streamType({ negotiated, request }: Call): string {
  return negotiated.mediaType === PROTOBUF && request.values !== true ? `${PROTOBUF};stream=watch` : 'application/json';
}

/** A watch in the form that was asked for: values for who takes values, else the bytes of one event after the other. */
export function eventStream(call: Call, events: AsyncIterable<WatchEvent>): AsyncIterable<unknown> {
  const { kind, negotiated, request } = call;
  const as = negotiated.as;
  let isFirst = true;
  const shown = (event: WatchEvent): WatchEvent => {
    if (as === undefined || event.type === 'ERROR') return event;
    const object = event.object as JsonObject;
    if (as.kind !== 'Table') return { type: event.type, object: partialMetadata(kind, object, as.version) };
    const columns = isFirst;
    isFirst = false;
    return { type: event.type, object: tableOfObject(kind, object, tableOptions(call, as), columns) };
  };
  if (request.values === true) return as === undefined ? events : mapped(events, shown);
  const encode = negotiated.mediaType === PROTOBUF ? protobufFrame : jsonLine;
  // Only objects as they are stored are the same for several watchers.
  return mapped(events, as === undefined ? (event) => shared(event, encode) : (event) => encode(shown(event)));
}

type Encode = (event: WatchEvent) => Uint8Array;

function jsonLine({ type, object }: WatchEvent): Uint8Array {
  return Buffer.from(`{"type":"${type}","object":${objectText(object)}}\n`);
}

function protobufFrame({ type, object }: WatchEvent): Uint8Array {
  return encodeWatchFrame(type, ...withType(object));
}

/**
 * Events that many watchers get at about the same time, the oldest first: as many as a watcher that is a little late may still ask
 * for. The bytes are kept from the second time on: those that only one watcher gets, as all of a state that is streamed, would
 * grow old, and memory outside of V8's heap that is old is freed by nothing less than a collection of all that the cluster holds.
 */
const recent = new Map<object, Map<string, Uint8Array | undefined>>();
const RECENT_LIMIT = 512;

/** The bytes of an event, which are the same for everyone who gets them in one form. */
function shared(event: WatchEvent, encode: Encode): Uint8Array {
  const object = event.object as object;
  let forms = recent.get(object);
  if (forms === undefined) {
    forms = new Map();
    if (recent.size >= RECENT_LIMIT) recent.delete(recent.keys().next().value!);
    recent.set(object, forms);
  }
  const form = `${event.type} ${encode.name}`;
  const known = forms.get(form);
  if (known !== undefined) return known;
  const bytes = encode(event);
  forms.set(form, forms.has(form) ? bytes : undefined);
  return bytes;
}

/** Each item changed as it passes. Ending it ends the source. */
function mapped<A, B>(source: AsyncIterable<A>, change: (item: A) => B): AsyncIterable<B> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]();
      return {
        async next() {
          const result = await iterator.next();
          return result.done ? { done: true, value: undefined } : { done: false, value: change(result.value) };
        },
        async return() {
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
