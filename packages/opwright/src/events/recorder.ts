import type { Client } from '@opwright/client';
import type { Clock, KubeObject } from '@opwright/machinery';
import type { Logger } from '../manager/logger.ts';
import { createCorrelator } from './correlate.ts';
import { createEventWriter, type EventFields } from './wire.ts';

/** What happened, to an object. */
export interface EventInput {
  /** Default `Normal`. */
  readonly type?: 'Normal' | 'Warning';
  /** One CamelCase word: why. At most 128 characters. */
  readonly reason: string;
  /** A sentence for people; cut after 1 kB. */
  readonly message: string;
}

/** Sends events in the background: whoever records one never waits. */
export interface EventRecorder {
  record(object: KubeObject, event: EventInput, controller: string): void;
  /** Resolves when everything recorded so far was sent or given up. */
  flush(): Promise<void>;
  /** Sends what repetitions have counted since the last write, then nothing any more. */
  stop(): Promise<void>;
}

export interface EventRecorderOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Which process reports: a host name. */
  readonly instance: string;
  readonly signal: AbortSignal;
  readonly onFailure?: () => void;
  /** Too much was said about one object. */
  readonly onDiscard?: () => void;
}

/** One event and its repetitions. */
interface Series {
  readonly namespace: string;
  readonly name: string;
  count: number;
  lastAt: number;
  writtenCount: number;
  writtenAt: number;
  queued: boolean;
  readonly event: EventFields;
}

/** A repetition after a longer pause than this is a new event: client-go's figure. */
const SERIES_IDLE_MS = 6 * 60_000;
/** The count of a series is written at most this often. */
const SERIES_WRITE_MS = 10_000;
const MAX_QUEUED = 1000;
const MAX_SERIES = 4096;

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, clock, logger, instance, signal, onFailure, onDiscard } = options;
  const writer = createEventWriter(client);
  const correlator = createCorrelator(clock);
  const known = new Map<string, Series>();
  const queue: Series[] = [];
  let running: Promise<void> | undefined;
  let stopped = false;
  let serial = 0;

  function enqueue(series: Series): void {
    if (series.queued) return;
    if (queue.length >= MAX_QUEUED) {
      onFailure?.();
      return;
    }
    series.queued = true;
    queue.push(series);
    running ??= Promise.resolve().then(work);
  }

  async function work(): Promise<void> {
    for (let series = queue.shift(); series; series = queue.shift()) {
      series.queued = false;
      try {
        await write(series);
      } catch (error) {
        onFailure?.();
        if (!signal.aborted) {
          const { reason, regarding } = series.event;
          logger.warn('Event was not recorded', { reason, object: regarding.name, namespace: series.namespace, error });
        }
      }
    }
    running = undefined;
  }

  async function write(series: Series): Promise<void> {
    const { namespace, name, event, count, lastAt } = series;
    const first = series.writtenCount === 0;
    series.writtenCount = count;
    series.writtenAt = clock.monotonic();
    if (first) await writer.create({ name, namespace }, event, { count, lastAt }, signal);
    else await writer.repeat({ name, namespace }, { count, lastAt }, signal);
  }

  function forgetOld(now: number): void {
    if (known.size < MAX_SERIES) return;
    for (const [key, series] of known) if (now - series.lastAt > SERIES_IDLE_MS) known.delete(key);
    // A map keeps the order of insertion: the first is the oldest.
    for (const key of known.keys()) {
      if (known.size < MAX_SERIES) break;
      known.delete(key);
    }
  }

  /** Counts a repetition; false when it is none. */
  function repeats(key: string, now: number): boolean {
    const series = known.get(key);
    if (!series || now - series.lastAt > SERIES_IDLE_MS) return false;
    series.count += 1;
    series.lastAt = now;
    if (series.count === 2 || clock.monotonic() - series.writtenAt >= SERIES_WRITE_MS) enqueue(series);
    return true;
  }

  return {
    record(object, { type = 'Normal', reason, message }, controller) {
      if (stopped) return;
      const now = clock.now();
      const { name, namespace, uid, resourceVersion } = object.metadata;
      let note = shortened(message);
      let key = JSON.stringify([controller, uid, type, reason, note]);
      if (repeats(key, now)) return;
      const verdict = correlator.judge(`${controller} ${uid}`, `${type} ${reason}`, note);
      if (verdict === 'discard') {
        onDiscard?.();
        return;
      }
      if (verdict === 'combine') {
        note = shortened(`(combined from similar events): ${message}`);
        key = JSON.stringify([controller, uid, type, reason]);
        if (repeats(key, now)) return;
      }
      forgetOld(now);
      serial += 1;
      const fresh: Series = {
        // Events about cluster-scoped objects live in the namespace default.
        namespace: namespace ?? 'default',
        name: `${name.slice(0, 220)}.${now.toString(16)}${(serial % 0x10000).toString(16).padStart(4, '0')}`,
        count: 1,
        lastAt: now,
        writtenCount: 0,
        writtenAt: 0,
        queued: false,
        event: {
          at: now,
          reportingController: controller,
          reportingInstance: instance,
          reason,
          note,
          type,
          regarding: {
            apiVersion: object.apiVersion,
            kind: object.kind,
            name,
            ...(namespace && { namespace }),
            uid,
            resourceVersion,
          },
        },
      };
      known.delete(key);
      known.set(key, fresh);
      enqueue(fresh);
    },
    async flush() {
      await running;
    },
    async stop() {
      for (const series of known.values()) if (series.count > series.writtenCount) enqueue(series);
      stopped = true;
      await running;
    },
  };
}

function shortened(message: string): string {
  return message.length > 1024 ? `${message.slice(0, 1021)}...` : message;
}
