// A proxy that ends TLS on both sides, so that it can do harm to connections as well as to requests and answers.
import { Agent, createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';

const FOLLOWED = /\/(configmaps|widgets)$/;
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade']);

/**
 * One request of the client and its answer.
 * `verb` is list, watch, stream (a watch that begins with a list), probe (a list of nothing, which only asks whether the
 * server is there) or other.
 */
function createExchange(incoming, outgoing, raw) {
  const url = new URL(incoming.url, 'https://server');
  const resource = FOLLOWED.exec(url.pathname)?.[1];
  const query = url.searchParams;
  const verb =
    resource === undefined || incoming.method !== 'GET'
      ? 'other'
      : /^(true|1)$/.test(query.get('watch') ?? '')
        ? query.get('sendInitialEvents') === 'true'
          ? 'stream'
          : 'watch'
        : query.get('limit') === '1'
          ? 'probe'
          : 'list';
  return {
    incoming,
    outgoing,
    raw,
    resource,
    verb,
    query,
    path: url.pathname,
    /** A muted exchange takes and gives nothing any more, and stays open. */
    muted: false,
    /** Called when the head of the answer is out. */
    begin: () => {},
    /** What becomes of the bytes of the answer; by default they go through. */
    forward: (chunk) => outgoing.write(chunk),
    /** Called at the end of the answer. */
    finish: () => outgoing.end(),
    mute() {
      this.muted = true;
    },
    /** TCP RST. */
    reset() {
      this.muted = true;
      raw.resetAndDestroy();
    },
    /** The connection is closed within the answer. */
    drop() {
      this.muted = true;
      outgoing.socket?.destroy();
    },
    /** The answer ends in good order. */
    end(last = '') {
      this.muted = true;
      if (!outgoing.destroyed) outgoing.end(last);
    },
    answer(status, headers, body) {
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const type = typeof body === 'string' ? 'text/html' : 'application/json';
      outgoing.writeHead(status, { 'content-type': type, 'content-length': bytes.length, ...headers });
      outgoing.end(bytes);
    },
  };
}

const isWatch = ({ verb }) => verb === 'watch' || verb === 'stream';

/**
 * @param certificate `{ cert, key }` of the proxy
 * @param upstream `{ port, ca, cert, key }` of the API server; may be exchanged
 */
export async function createProxy(certificate, upstream) {
  const raws = new Map();
  const live = new Set();
  const rules = new Set();
  const counts = { connections: 0, lists: 0, pages: 0, probes: 0, watches: 0 };
  const listed = { configmaps: 0, widgets: 0 };
  /** The last lines of each resource that went to the client. */
  const lastLines = { configmaps: [], widgets: [] };
  let agent;
  let server;
  let held;
  let closed = false;

  const front = createHttpsServer({ ...certificate, keepAliveTimeout: 0, requestTimeout: 0 }, serve);
  front.on('tlsClientError', (_, socket) => socket.destroy());
  const listener = createServer({ noDelay: true }, (raw) => {
    counts.connections += 1;
    const port = raw.remotePort;
    raws.set(port, raw);
    raw.on('close', () => raws.delete(port));
    raw.on('error', () => {});
    if (held === undefined) front.emit('connection', raw);
    else held(raw);
  });

  function connectTo({ port, ...identity }) {
    // What another server said is nothing that this one could repeat.
    for (const lines of Object.values(lastLines)) lines.length = 0;
    agent?.destroy();
    agent = new Agent({ keepAlive: true });
    server = { host: '127.0.0.1', port, secureContext: createSecureContext(identity) };
  }

  function serve(incoming, outgoing) {
    incoming.on('error', () => {});
    outgoing.on('error', () => {});
    incoming.resume();
    const exchange = createExchange(incoming, outgoing, raws.get(incoming.socket.remotePort) ?? incoming.socket);
    const { verb, resource } = exchange;
    if (verb === 'list' || verb === 'stream') {
      counts[exchange.query.has('continue') ? 'pages' : 'lists'] += 1;
      listed[resource] += 1;
    } else if (verb === 'probe') counts.probes += 1;
    else if (verb === 'watch') counts.watches += 1;
    live.add(exchange);
    outgoing.once('close', () => live.delete(exchange));
    for (const rule of rules) {
      if (!rule.matches(exchange)) continue;
      rule.seen += 1;
      if (rule.seen >= rule.times) {
        rules.delete(rule);
        rule.resolve();
      }
      rule.act(exchange);
      return;
    }
    pass(exchange);
  }

  /** Sends the request on. `query` replaces the client's. */
  function pass(exchange, query = exchange.query) {
    const { incoming, outgoing, resource } = exchange;
    const { 'accept-encoding': _, host: __, ...headers } = incoming.headers;
    const request = httpsRequest({
      ...server,
      method: incoming.method,
      path: query.size > 0 ? `${exchange.path}?${query}` : exchange.path,
      headers,
      agent: isWatch(exchange) ? new Agent({ keepAlive: false }) : agent,
    });
    outgoing.once('close', () => request.destroy());
    request.on('error', () => exchange.muted || exchange.drop());
    request.on('response', (response) => {
      response.on('error', () => exchange.muted || exchange.drop());
      response.on('aborted', () => exchange.muted || exchange.drop());
      if (exchange.muted || outgoing.destroyed) return response.resume();
      const passed = Object.entries(response.headers).filter(([name]) => !HOP_BY_HOP.has(name));
      outgoing.writeHead(response.statusCode, Object.fromEntries(passed));
      outgoing.flushHeaders();
      exchange.begin();
      response.on('data', (chunk) => {
        if (exchange.muted) return;
        if (isWatch(exchange)) remember(resource, chunk);
        exchange.forward(chunk);
      });
      response.on('end', () => exchange.muted || exchange.finish());
    });
    request.end();
  }

  /** Sends the request once more; nobody reads the answer. */
  function duplicate(exchange) {
    const { 'accept-encoding': _, host: __, ...headers } = exchange.incoming.headers;
    const options = { ...server, path: exchange.incoming.url, headers, agent: false };
    const request = httpsRequest(options, (response) => response.on('error', () => {}).resume());
    request.on('error', () => {});
    exchange.outgoing.once('close', () => request.destroy());
    request.end();
  }

  function remember(resource, chunk) {
    const lines = chunk.toString('utf8').split('\n');
    for (const line of lines) if (line.startsWith('{') && line.endsWith('}')) lastLines[resource].push(line);
    lastLines[resource].splice(0, lastLines[resource].length - 6);
  }

  const listen = (port) =>
    new Promise((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, '127.0.0.1', () => {
        listener.off('error', reject);
        resolve();
      });
    });
  connectTo(upstream);
  await listen(0);
  const { port } = listener.address();

  return {
    port,
    url: `https://127.0.0.1:${port}`,
    counts,
    /** How often the client has asked for the state of each resource, pages included. */
    listed,
    lastLines,
    get sockets() {
      return raws.size;
    },
    /** The watches under way: those that the server has begun to answer. */
    watches: (resource) =>
      [...live].filter(
        (it) => isWatch(it) && !it.muted && it.outgoing.headersSent && (!resource || it.resource === resource),
      ),
    pass,
    duplicate,
    /** The next `times` matching requests go to `act` instead of the server. Resolves when that has happened. */
    intercept(matches, act, times = 1) {
      const rule = { matches, act, times, seen: 0, resolve: () => {} };
      const done = new Promise((resolve) => {
        rule.resolve = resolve;
      });
      rules.add(rule);
      return done;
    },
    clearRules() {
      for (const rule of rules) rule.resolve();
      rules.clear();
    },
    /** New connections go to `take(raw)`; undefined lets them in again. */
    hold(take) {
      held = take;
    },
    admit(raw) {
      if (!raw.destroyed) front.emit('connection', raw);
    },
    resetAll() {
      for (const raw of raws.values()) raw.resetAndDestroy();
    },
    closeAll() {
      for (const raw of raws.values()) raw.destroy();
    },
    /** Nothing listens on the port until `open`. */
    shut() {
      listener.close();
    },
    open: () => listen(port),
    connectTo,
    async close() {
      if (closed) return;
      closed = true;
      this.clearRules();
      const ended = new Promise((resolve) => listener.close(resolve));
      for (const raw of raws.values()) raw.destroy();
      agent.destroy();
      await ended;
    },
  };
}
