// The faults. Each function does one kind of harm and resolves when it is over; what it drew from `lane.random` is all its
// chance. Objects change meanwhile. Waits for the client to walk into a trap are bounded: it may be dead already.
import { PLURALS } from './world.mjs';

const expired = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'too old resource version: 1 (2)',
  reason: 'Expired',
  code: 410,
};
const statuses = {
  429: { reason: 'TooManyRequests', message: 'too many requests, please try again later' },
  500: { reason: 'InternalError', message: 'Internal error occurred: etcdserver: request timed out' },
  503: { reason: 'ServiceUnavailable', message: 'apiserver is shutting down' },
};
const status = (code) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  ...statuses[code],
  code,
});

/** A request of the kind. Where lists are harmed, the streams that clients ask for instead of lists are. */
const is = (verb, plural) => (exchange) =>
  exchange.resource === plural && (exchange.verb === verb || (exchange.verb === 'stream' && verb === 'list'));
const firstPage = (plural) => (exchange) => onlyList(plural)(exchange) && !exchange.query.has('continue');
const laterPage = (plural) => (exchange) => onlyList(plural)(exchange) && exchange.query.has('continue');
const onlyList = (plural) => (exchange) => exchange.verb === 'list' && exchange.resource === plural;

/** Ends the watches of one kind, or of both, in one of the ways of an exchange: reset, drop, end. */
function cut(lane, how, plural) {
  for (const exchange of lane.proxy.watches(plural)) exchange[how]();
}

/** Makes the client ask for the whole state of a kind: its watch is told that its version is gone. */
function relist(lane, plural) {
  const line = `${JSON.stringify({ type: 'ERROR', object: expired })}\n`;
  for (const exchange of lane.proxy.watches(plural)) exchange.end(line);
}

/** The next requests get an error, as an API server sends it or as a proxy before it does. */
async function refuse(lane, verb, code) {
  // What fails once as a watch may come again as a list.
  const times = verb === 'watch' ? 1 : lane.between(1, 3);
  const plural = lane.pick(PLURALS);
  const page = lane.chance(0.3)
    ? `<html><head><title>${code}</title></head><body>upstream</body></html>`
    : status(code);
  const trap = lane.proxy.intercept(is(verb, plural), (exchange) => exchange.answer(code, {}, page), times);
  if (verb === 'watch') cut(lane, 'end', plural);
  else relist(lane, plural);
  await lane.change();
  await lane.within(trap);
}

/** 429 says how long to wait: who comes earlier does not listen. */
async function throttle(lane, verb) {
  const plural = lane.pick(PLURALS);
  const seconds = lane.between(2, 8);
  let refusedAt;
  const trap = lane.proxy.intercept(is(verb, plural), (exchange) => {
    refusedAt = lane.clock.monotonic();
    exchange.answer(429, { 'retry-after': String(seconds) }, status(429));
  });
  if (verb === 'watch') cut(lane, 'end', plural);
  else relist(lane, plural);
  await lane.change();
  await lane.within(trap);
  const again = lane.proxy.intercept(
    ({ resource }) => resource === plural,
    (exchange) => {
      const waited = (lane.clock.monotonic() - refusedAt) / 1000;
      if (waited < seconds) {
        lane.violation(`${plural}: asked again ${waited.toFixed(1)} s after a Retry-After of ${seconds} s`);
      }
      lane.proxy.pass(exchange);
    },
  );
  await lane.within(again);
}

/** Ends an answer within its bytes, in one of three ways; `skip` bytes go through first. */
function cutBytes(lane, exchange, skip) {
  const how = lane.pick(['reset', 'drop', 'end']);
  let left = skip;
  exchange.forward = (chunk) => {
    left -= chunk.length;
    if (left > 0) return exchange.outgoing.write(chunk);
    // What is left ends before the end of the chunk, so at least one byte is missing.
    const part = chunk.subarray(0, Math.max(0, Math.min(chunk.length - 2, chunk.length + left)));
    if (how === 'end') return exchange.end(part);
    exchange.muted = true;
    exchange.outgoing.write(part, () => exchange[how]());
  };
  exchange.finish = () => exchange[how]();
}

/** The server answers lists in pages of a few objects, and only a version of its own choice: its watch cache is off. */
async function inPages(lane, plural, onLaterPage) {
  const pass = (exchange) => {
    exchange.query.set('limit', '3');
    lane.proxy.pass(exchange);
  };
  // A list at a known version is not paged: the client must not have one.
  const gone = lane.proxy.intercept(firstPage(plural), (exchange) => exchange.answer(410, {}, expired));
  const later = lane.proxy.intercept(laterPage(plural), onLaterPage(pass));
  const paged = (exchange) => onlyList(plural)(exchange) && exchange.query.has('limit');
  lane.proxy.intercept(paged, pass, Number.POSITIVE_INFINITY);
  // Nor does a stream come in pages.
  const streamed = (exchange) => exchange.verb === 'stream' && exchange.resource === plural;
  lane.proxy.intercept(streamed, (exchange) => exchange.answer(500, {}, status(500)), Number.POSITIVE_INFINITY);
  relist(lane, plural);
  await lane.within(gone);
  await lane.within(later);
}

/** Bytes come in slices, `pauseMs` of real time between them, until the function that is returned is called. */
function slice(exchange, size, pauseMs) {
  const waiting = [];
  let finished = false;
  let running = false;
  let over = false;
  const next = () => {
    if (exchange.muted || exchange.outgoing.destroyed) return;
    const bytes = over ? Buffer.concat(waiting.splice(0)) : waiting.shift();
    if (bytes?.length) {
      exchange.outgoing.write(bytes);
      if (pauseMs > 0) setTimeout(next, pauseMs);
      else setImmediate(next);
      return;
    }
    running = false;
    if (finished) exchange.outgoing.end();
  };
  const run = () => {
    if (running) return;
    running = true;
    next();
  };
  exchange.forward = (chunk) => {
    const length = over ? chunk.length : size(chunk.length);
    for (let at = 0; at < chunk.length; at += length) waiting.push(chunk.subarray(at, at + length));
    run();
  };
  exchange.finish = () => {
    finished = true;
    run();
  };
  return () => {
    over = true;
  };
}

async function sliced(lane, size, pauseMs) {
  const plural = lane.pick(PLURALS);
  let streamed = false;
  const stops = [];
  const act = (exchange) => {
    streamed ||= exchange.verb === 'stream';
    stops.push(slice(exchange, size, pauseMs));
    lane.proxy.pass(exchange);
  };
  const list = lane.proxy.intercept(is('list', plural), act);
  const watch = lane.proxy.intercept(is('watch', plural), act);
  relist(lane, plural);
  await lane.within(list);
  await lane.change();
  if (!streamed) await lane.within(watch);
  await lane.change(2);
  await lane.pause(5_000);
  // A watch that gets fewer bytes than its bookmarks have never catches up: that is not what is tested.
  for (const stop of stops) stop();
}

/** Nobody is let in before the new server is complete: a version that it reaches meanwhile could be one of the old. */
async function rebuild(lane, ahead) {
  lane.proxy.shut();
  await lane.world.rebuild(ahead);
  lane.proxy.connectTo(lane.world.upstream);
  await lane.proxy.open();
}

export const FAULTS = {
  async 'TCP reset'(lane) {
    cut(lane, 'reset', lane.chance(0.5) ? lane.pick(PLURALS) : undefined);
  },
  async 'closed without end'(lane) {
    cut(lane, 'drop', lane.chance(0.5) ? lane.pick(PLURALS) : undefined);
  },
  async 'clean end'(lane) {
    cut(lane, 'end', lane.chance(0.5) ? lane.pick(PLURALS) : undefined);
    await lane.change(lane.between(0, 3));
  },
  async 'clean ends in a row'(lane) {
    for (let i = lane.between(2, 5); i > 0; i--) {
      cut(lane, 'end');
      await lane.change(lane.between(0, 2));
      await lane.pause(lane.between(100, 2_000));
    }
  },
  async 'half-open watch'(lane) {
    cut(lane, 'mute', lane.chance(0.5) ? lane.pick(PLURALS) : undefined);
    await lane.change(2);
  },
  async 'half-open, all connections'(lane) {
    lane.proxy.hold((raw) => raw.resume());
    cut(lane, 'mute');
    lane.proxy.intercept(
      () => true,
      (exchange) => exchange.mute(),
      Number.POSITIVE_INFINITY,
    );
    await lane.change(2);
    await lane.pause(lane.between(1_000, 150_000));
    lane.proxy.hold(undefined);
  },
  async 'half-open list'(lane) {
    const plural = lane.pick(PLURALS);
    const trap = lane.proxy.intercept(is('list', plural), (exchange) => {
      if (lane.chance(0.5)) return exchange.mute();
      exchange.forward = (chunk) => {
        exchange.outgoing.write(chunk.subarray(0, chunk.length / 2));
        exchange.mute();
      };
      lane.proxy.pass(exchange);
    });
    relist(lane, plural);
    await lane.within(trap);
    await lane.change();
  },
  async 'TLS handshake reset'(lane) {
    lane.proxy.hold((raw) => raw.resetAndDestroy());
    cut(lane, 'reset');
    await lane.change();
    await lane.pause(lane.between(100, 5_000));
    lane.proxy.hold(undefined);
  },
  async '410 as an event'(lane) {
    relist(lane, lane.pick(PLURALS));
    await lane.change();
  },
  async '410 to a watch'(lane) {
    const plural = lane.pick(PLURALS);
    const trap = lane.proxy.intercept(is('watch', plural), (exchange) => exchange.answer(410, {}, expired));
    cut(lane, 'end', plural);
    await lane.change();
    await lane.within(trap);
  },
  async '410 to a list'(lane) {
    const plural = lane.pick(PLURALS);
    const trap = lane.proxy.intercept(is('list', plural), (exchange) => exchange.answer(410, {}, expired));
    relist(lane, plural);
    await lane.change();
    await lane.within(trap);
  },
  async '410 to a later page'(lane) {
    await inPages(lane, lane.pick(PLURALS), () => (exchange) => exchange.answer(410, {}, expired));
  },
  '429 to a watch': (lane) => throttle(lane, 'watch'),
  '429 to a list': (lane) => throttle(lane, 'list'),
  '500 to a watch': (lane) => refuse(lane, 'watch', 500),
  '503 to a watch': (lane) => refuse(lane, 'watch', 503),
  '500 to a list': (lane) => refuse(lane, 'list', 500),
  '503 to a list': (lane) => refuse(lane, 'list', 503),
  async '504, version in the future'(lane) {
    const plural = lane.pick(PLURALS);
    const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
    const body = {
      ...status(504),
      reason: 'Timeout',
      message: 'Timeout: Too large resource version: 9, current: 8',
      details: { causes, retryAfterSeconds: 1 },
    };
    const trap = lane.proxy.intercept(is('list', plural), (exchange) => exchange.answer(504, {}, body));
    relist(lane, plural);
    await lane.within(trap);
  },
  '200 with a page of HTML': (lane) => refuse(lane, lane.pick(['list', 'watch']), 200),
  async 'garbage in a watch'(lane) {
    const garbage = lane.pick(['not json\n', '{"type":"NEWS","object":{}}\n', '{"type":"ADDED"}\n', 'null\n', '[]\n']);
    for (const exchange of lane.proxy.watches(lane.pick(PLURALS))) exchange.outgoing.write(garbage);
    await lane.change();
  },
  'slow reads': (lane) => sliced(lane, (length) => Math.ceil(length / 15), 1),
  'partial reads': (lane) => sliced(lane, (length) => Math.max(lane.between(1, 40), Math.ceil(length / 100)), 0),
  async 'cut within an event'(lane) {
    for (const exchange of lane.proxy.watches()) cutBytes(lane, exchange, lane.between(1, 400));
    await lane.change(3);
  },
  async 'cut within a list'(lane) {
    const plural = lane.pick(PLURALS);
    const trap = lane.proxy.intercept(is('list', plural), (exchange) => {
      cutBytes(lane, exchange, lane.between(1, 3_000));
      lane.proxy.pass(exchange);
    });
    relist(lane, plural);
    await lane.change();
    await lane.within(trap);
  },
  async 'cut within a later page'(lane) {
    await inPages(lane, lane.pick(PLURALS), (pass) => (exchange) => {
      cutBytes(lane, exchange, lane.between(1, 1_000));
      pass(exchange);
    });
  },
  async compaction(lane) {
    // The watches come back when what they have not seen is forgotten.
    const plurals = lane.chance(0.5) ? PLURALS : [lane.pick(PLURALS)];
    const waiting = [];
    const traps = plurals.map((plural) => lane.proxy.intercept(is('watch', plural), (it) => waiting.push(it)));
    for (const plural of plurals) cut(lane, 'end', plural);
    await lane.within(Promise.all(traps));
    await lane.change(lane.between(1, 3));
    lane.world.cluster.compact();
    for (const exchange of waiting) lane.proxy.pass(exchange);
  },
  async 'compaction between pages'(lane) {
    await inPages(lane, lane.pick(PLURALS), (pass) => async (exchange) => {
      await lane.change();
      lane.world.cluster.compact();
      pass(exchange);
    });
  },
  async 'API server restart'(lane) {
    if (lane.chance(0.5)) lane.proxy.resetAll();
    else lane.proxy.closeAll();
    lane.proxy.shut();
    await lane.change(lane.between(1, 3));
    await lane.pause(lane.between(100, 20_000));
    lane.world.cluster.compact();
    await lane.proxy.open();
  },
  async 'API server rebuilt, versions ahead'(lane) {
    await rebuild(lane, true);
  },
  async 'API server rebuilt, versions behind'(lane) {
    await rebuild(lane, false);
  },
  async 'duplicated requests'(lane) {
    const twice = (exchange) => {
      lane.proxy.duplicate(exchange);
      lane.proxy.pass(exchange);
    };
    lane.proxy.intercept(() => true, twice, 4);
    relist(lane);
    await lane.change(2);
  },
  async 'repeated events'(lane) {
    const plural = lane.pick(PLURALS);
    const lines = lane.proxy.lastLines[plural].slice(-lane.between(1, 5));
    const trap = lane.proxy.intercept(is('watch', plural), (exchange) => {
      exchange.begin = () => {
        for (const line of lines) exchange.outgoing.write(`${line}\n`);
      };
      lane.proxy.pass(exchange);
    });
    cut(lane, 'end', plural);
    await lane.within(trap);
    await lane.change();
  },
  async 'reordered connections'(lane) {
    const waiting = [];
    lane.proxy.hold((raw) => waiting.push(raw));
    cut(lane, lane.pick(['reset', 'end']));
    await lane.change();
    await lane.pause(lane.between(500, 4_000));
    lane.proxy.hold(undefined);
    for (const raw of waiting.reverse()) {
      lane.proxy.admit(raw);
      await lane.change();
      await lane.pause(lane.between(0, 500));
    }
  },
  async 'late answers'(lane) {
    const late = async (exchange) => {
      const bytes = [];
      let ended = false;
      exchange.forward = (chunk) => bytes.push(chunk);
      exchange.finish = () => {
        ended = true;
      };
      lane.proxy.pass(exchange);
      await lane.pause(lane.between(500, 4_000));
      await lane.change();
      if (exchange.muted || exchange.outgoing.destroyed) return;
      exchange.forward = (chunk) => exchange.outgoing.write(chunk);
      exchange.finish = () => exchange.outgoing.end();
      for (const chunk of bytes) exchange.forward(chunk);
      if (ended) exchange.finish();
    };
    const pending = [];
    const act = (exchange) => pending.push(late(exchange));
    lane.proxy.intercept(({ verb }) => verb === 'list', act, 2);
    const watches = lane.proxy.intercept(({ verb }) => verb === 'watch' || verb === 'stream', act, 2);
    relist(lane);
    await lane.within(watches);
    await Promise.all(pending);
  },
  async 'wall clock set'(lane) {
    lane.clock.jumpWall((lane.random.next() - 0.5) * 2 * 86_400_000);
    if (lane.chance(0.5)) cut(lane, lane.pick(['reset', 'end']));
  },
  async 'machine asleep'(lane) {
    if (lane.chance(0.5)) cut(lane, lane.pick(['mute', 'reset', 'end']));
    await lane.change();
    lane.clock.skip(lane.between(1_000, 7_200_000));
  },
};
