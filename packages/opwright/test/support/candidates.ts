import { setImmediate } from 'node:timers/promises';
import { createClient, type Transport, TransportError, type TransportResponse } from '@opwright/client';
import { type Clock, type Random, seededRandom, type Timer, VirtualClock } from '@opwright/machinery';
import fc from 'fast-check';
import { createElector, type Elector } from '../../src/election/elector.ts';
import { fencedTransport } from '../../src/election/fence.ts';
import { type LeaderElectionOptions, resolveElection } from '../../src/election/options.ts';
import { callbackLogger, type LogLine } from '../../src/manager/logger.ts';

/** Virtual time in which every promise comes to rest between two timers. */
export function restingClock(): VirtualClock {
  return new VirtualClock({ settle: () => setImmediate().then(() => setImmediate()) });
}

/** The clock of one process: it runs at its own rate, its wall clock may be set, it may stand still. */
export interface ProcessClock extends Clock {
  /** Sets the wall clock forward, or back. */
  jump(ms: number): void;
  /** The process does not run: no timer fires and no answer arrives until `resume`. */
  pause(): void;
  /** The machine is suspended: as `pause`, and the monotonic clock stands still. */
  suspend(): void;
  resume(): void;
  readonly paused: boolean;
  /** How many timers wait. */
  readonly pending: number;
  /** Resolves as soon as the process runs. */
  running(): Promise<void>;
}

export function processClock(base: VirtualClock, rate = 1, offset = 0): ProcessClock {
  let wall = offset;
  let slept = 0;
  let asleepSince: number | undefined;
  let paused = false;
  let pending = 0;
  let waiting: (() => void)[] = [];
  const monotonic = () => ((asleepSince ?? base.monotonic()) - slept) * rate;
  const whenRunning = (callback: () => void) => {
    if (paused) waiting.push(callback);
    else callback();
  };
  return {
    now: () => base.now() + base.monotonic() * (rate - 1) + wall,
    monotonic,
    setTimeout(callback, delayMs): Timer {
      const due = monotonic() + delayMs;
      let done = false;
      let timer: Timer;
      const end = () => {
        if (!done) pending -= 1;
        done = true;
      };
      const fire = () =>
        whenRunning(() => {
          if (done) return;
          // Time that the machine was suspended for does not count.
          const left = (due - monotonic()) / rate;
          if (left > 1e-6) timer = base.setTimeout(fire, left);
          else {
            end();
            callback();
          }
        });
      pending += 1;
      timer = base.setTimeout(fire, delayMs / rate);
      return {
        cancel() {
          end();
          timer.cancel();
        },
      };
    },
    jump(ms) {
      wall += ms;
    },
    pause() {
      paused = true;
    },
    suspend() {
      paused = true;
      asleepSince ??= base.monotonic();
    },
    resume() {
      if (asleepSince !== undefined) slept += base.monotonic() - asleepSince;
      asleepSince = undefined;
      paused = false;
      const callbacks = waiting;
      waiting = [];
      for (const callback of callbacks) whenRunning(callback);
    },
    get paused() {
      return paused;
    },
    get pending() {
      return pending;
    },
    running: () => new Promise((resolve) => whenRunning(resolve)),
  };
}

/**
 * What happens to a request: it is answered, it finds nobody, it is lost on its way, its answer is lost, or it takes
 * `thereMs` to arrive, whether or not anybody waits for it any more, and its answer takes `backMs`.
 */
export type Weather =
  | 'fine'
  | 'refused'
  | 'lost'
  | 'unanswered'
  | { readonly thereMs: number; readonly backMs: number };

/** Any weather, in which nothing takes longer than `latestMs` in one direction. */
export function anyWeather(latestMs: number): fc.Arbitrary<Weather> {
  return fc.oneof(
    fc.constantFrom<Weather>('fine', 'fine', 'refused', 'lost', 'unanswered'),
    fc.record({ thereMs: fc.integer({ min: 1, max: latestMs }), backMs: fc.constantFrom(1, 500, 4000, latestMs) }),
  );
}

/** The events of a watch, as the network lets them through. */
async function* carried(
  lines: AsyncIterable<unknown>,
  weather: () => Weather,
  clock: ProcessClock,
  pause: (ms: number) => Promise<void>,
): AsyncIterable<unknown> {
  for await (const line of lines) {
    const now = weather();
    if (now === 'refused') throw new TransportError('connection reset');
    if (now === 'lost' || now === 'unanswered') await new Promise(() => {});
    if (typeof now === 'object') await pause(now.backMs);
    await clock.running();
    yield line;
  }
}

/** A network between one process and the server. */
export function network(inner: Transport, base: VirtualClock, clock: ProcessClock, weather: () => Weather): Transport {
  const pause = (ms: number) => new Promise<void>((resolve) => void base.setTimeout(resolve, ms));
  /** No answer comes; who gives up hears of that, as from any transport. */
  const never = (signal: AbortSignal | undefined) =>
    new Promise<TransportResponse>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  return {
    async request({ signal, ...request }) {
      const now = weather();
      if (now === 'refused') throw new TransportError('connection refused');
      if (now === 'lost') return never(signal);
      await pause(typeof now === 'object' ? now.thereMs : 1);
      if (request.stream && /[?&]watch=/.test(request.path)) {
        const response = await inner.request({ ...request, ...(signal && { signal }) });
        await clock.running();
        return { ...response, lines: () => carried(response.lines(), weather, clock, pause) };
      }
      // The signal stays behind: whoever gives up cannot call back what is on its way.
      const response = await inner.request(request);
      if (now === 'unanswered') return never(signal);
      await pause(typeof now === 'object' ? now.backMs : 1);
      await clock.running();
      signal?.throwIfAborted();
      return response;
    },
    close: () => inner.close(),
  };
}

export interface Candidate {
  readonly elector: Elector;
  readonly clock: ProcessClock;
  readonly lines: LogLine[];
  weather: Weather;
  /** What it has become. */
  state: 'waiting' | 'leading' | 'lost' | 'stopped';
  /** The message of the error with which it lost. */
  lost: string | undefined;
  /** Ends it in order; releases the lease. */
  stop(): Promise<void>;
  /** Resolves when it has ended in any way. */
  readonly ended: Promise<void>;
}

export interface CandidateOptions extends LeaderElectionOptions {
  readonly rate?: number;
  readonly offset?: number;
  readonly random?: Random;
  readonly weather?: () => Weather;
  readonly onElected?: (candidate: Candidate) => void;
  /**
   * From its election on it writes all the time, also when it has lost and for as long as `DEAF_MS`, as a reconcile function does that
   * does not heed its signal; called when the fence has let a write through.
   */
  readonly onWrite?: (candidate: Candidate) => void;
}

/** The pause between two writes. */
const WRITE_MS = 700;
const DEAF_MS = 30_000;

/** Starts a candidate that holds the lease until it is stopped or loses it. */
export function startCandidate(
  inner: Transport,
  base: VirtualClock,
  identity: string,
  options: CandidateOptions = {},
): Candidate {
  const { rate, offset, random = seededRandom(identity), weather, onElected, onWrite, ...rest } = options;
  const clock = processClock(base, rate, offset);
  const lines: LogLine[] = [];
  const stopping = new AbortController();
  const transport = network(inner, base, clock, () => weather?.() ?? candidate.weather);
  const election = resolveElection({ namespace: 'default', identity, ...rest }, { operator: 'op', random });
  const elector = createElector({
    client: createClient(transport),
    clock,
    random,
    election,
    logger: callbackLogger((line) => lines.push(line)),
  });
  const server: Transport = {
    async request() {
      onWrite?.(candidate);
      throw new TransportError('nobody needs an answer');
    },
    close: async () => {},
  };
  const fenced = fencedTransport(server, () => elector.isLeader());
  let lostAt = Number.POSITIVE_INFINITY;
  const write = () => {
    if (candidate.state === 'stopped' || clock.monotonic() - lostAt > DEAF_MS) return;
    fenced.request({ method: 'POST', path: '/' }).catch(() => {});
    clock.setTimeout(write, WRITE_MS);
  };
  const run = async () => {
    if (await elector.acquire(stopping.signal)) {
      candidate.state = 'leading';
      onElected?.(candidate);
      if (onWrite) write();
      const lost = await elector.hold(stopping.signal);
      if (lost) {
        candidate.lost = lost.message;
        lostAt = clock.monotonic();
        candidate.state = 'lost';
        return;
      }
    }
    candidate.state = 'stopped';
    if (election.releaseOnStop) await elector.release(new AbortController().signal);
  };
  const candidate: Candidate = {
    elector,
    clock,
    lines,
    weather: 'fine',
    state: 'waiting',
    lost: undefined,
    stop() {
      stopping.abort();
      return candidate.ended;
    },
    ended: Promise.resolve().then(run),
  };
  return candidate;
}
