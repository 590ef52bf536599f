// A client that watches config maps and goes on where it was after every restart.
import { PLURALS } from './ledger.mjs';

const { path } = PLURALS.configmaps;

/** The lines of a watch after a revision; ends when the connection does. */
async function* watchFrom(transport, revision, signal) {
  const query = `watch=1&resourceVersion=${revision}&allowWatchBookmarks=true`;
  const response = await transport.request({ method: 'GET', path: `${path}?${query}`, stream: true, signal });
  if (response.status !== 200) throw new Error(`watch: ${response.status} ${await response.text()}`);
  for await (const line of response.lines()) yield line;
}

export function createWatcher(transport, ledger, violate) {
  /** All events in order: [revision, type, name]. */
  const events = [];
  const objects = new Map();
  let last = 0;
  let expired = 0;
  let running = Promise.resolve();
  let abort = new AbortController();

  const take = ({ type, object }) => {
    if (type === 'ERROR') throw Object.assign(new Error(object.message), { code: object.code });
    const revision = Number(object.metadata.resourceVersion);
    if (type === 'BOOKMARK' ? revision < last : revision <= last)
      violate(`watch went from revision ${last} to ${revision}`);
    last = revision;
    ledger.see(revision);
    if (type === 'BOOKMARK') return;
    const { name } = object.metadata;
    if ((type === 'ADDED') === objects.has(name)) violate(`watch says ${type} of ${name} against what it said before`);
    if (type === 'DELETED') objects.delete(name);
    else objects.set(name, object);
    events.push([revision, type, name]);
  };

  const follow = async (signal) => {
    try {
      for await (const line of watchFrom(transport, last, signal)) take(line);
    } catch (error) {
      if (error.code === 410) expired += 1;
    }
  };

  return {
    objects,
    events,
    get last() {
      return last;
    },
    /** How often it got 410. */
    get expired() {
      return expired;
    },
    /** Starts over with a list. */
    reset(list) {
      objects.clear();
      events.length = 0;
      for (const object of list.items) objects.set(object.metadata.name, object);
      last = Number(list.metadata.resourceVersion);
    },
    start() {
      abort = new AbortController();
      running = follow(abort.signal);
    },
    async stop() {
      abort.abort();
      await running;
    },
    /** What a client that was away since `revision` gets: the same events again, or 410. */
    async replay(revision) {
      const expected = events.filter(([at]) => at > revision);
      const got = [];
      const leaving = new AbortController();
      const timer = setTimeout(() => leaving.abort(), 10_000);
      try {
        for await (const { type, object } of watchFrom(transport, revision, leaving.signal)) {
          if (type === 'ERROR') return object.code === 410 ? '410' : `error ${object.code}`;
          if (type !== 'BOOKMARK') got.push([Number(object.metadata.resourceVersion), type, object.metadata.name]);
          if (got.length >= expected.length) break;
        }
      } catch (error) {
        return `${error.message} after ${got.length} of ${expected.length} events`;
      } finally {
        clearTimeout(timer);
        leaving.abort();
      }
      return JSON.stringify(got) === JSON.stringify(expected) ? 'same' : 'other events than the first time';
    },
  };
}
