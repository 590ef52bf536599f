import {
  type Clock,
  genericFailure,
  internalError,
  type Random,
  type Status,
  StatusError,
  serviceUnavailable,
  sleep,
  timeout,
  tooManyRequests,
} from '@opwright/machinery';
import { ConnectionDropped } from './connection-dropped.ts';
import type { ServerRequest, ServerResponse } from './http-types.ts';
import type { RequestFacts } from './request-log.ts';

/** What goes wrong with some requests. Several effects of one fault come in the order in which they are listed here. */
export interface Fault {
  /** Which requests: those whose facts are equal to these, or that the function chooses. Default: all. */
  readonly when?: Partial<RequestFacts> | ((request: RequestFacts) => boolean);
  /** How many of them; default: all, until the fault is removed. */
  readonly times?: number;
  /** How likely each of them is struck, from 0 to 1, by the cluster's chance; default 1. */
  readonly probability?: number;

  /** The request waits so long, by the cluster's clock, before anything else. */
  readonly delayMs?: number;
  /**
   * `request`: the connection breaks before the request has any effect. `answer`: the request is carried out, and the
   * connection breaks before the answer.
   */
  readonly drop?: 'request' | 'answer';
  /** The request is not carried out, and answered with this Status, or with Kubernetes' for this code (429, 500, 503, 504…). */
  readonly error?: Status | number;
  /** Gets and lists, which alone are struck, show what there was at this resourceVersion, as a server that lags behind does. */
  readonly staleAt?: number;
  /** The connection of a watch breaks after so many events; only watches are struck. */
  readonly breakAfterEvents?: number;
}

/** The faults of a cluster. Its own controllers and {@link Cluster.load} are spared. */
export interface Faults {
  /** Adds a fault; returns the function that removes it. A request is struck by the first fault that fits. */
  add(fault: Fault): () => void;
  /** Removes all of them. */
  clear(): void;
}

export interface FaultSource extends Faults {
  /** The fault that strikes this request, which is counted. */
  next(facts: () => RequestFacts): Fault | undefined;
}

export function createFaults(random: Random): FaultSource {
  const active = new Set<{ readonly fault: Fault; left: number }>();
  return {
    add(fault) {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      if (entry.left > 0) active.add(entry);
      return () => active.delete(entry);
    },
    clear: () => active.clear(),
    next(facts) {
      if (active.size === 0) return undefined;
      const request = facts();
      for (const entry of active) {
        const { probability = 1 } = entry.fault;
        if (!isMeant(entry.fault, request) || (probability < 1 && random.next() >= probability)) continue;
        entry.left--;
        if (entry.left <= 0) active.delete(entry);
        return entry.fault;
      }
      return undefined;
    },
  };
}

/** Nothing goes wrong. */
export const NO_FAULTS: Pick<FaultSource, 'next'> = { next: () => undefined };

function isMeant({ when, staleAt, breakAfterEvents }: Fault, request: RequestFacts): boolean {
  if (staleAt !== undefined && request.verb !== 'get' && request.verb !== 'list') return false;
  if (breakAfterEvents !== undefined && request.verb !== 'watch') return false;
  if (when === undefined) return true;
  if (typeof when === 'function') return when(request);
  return Object.entries(when).every(([fact, value]) => request[fact as keyof RequestFacts] === value);
}

/**
 * Lets a request suffer a fault.
 *
 * @param answer carries it out
 * @throws ConnectionDropped, StatusError
 */
export async function suffer(
  fault: Fault,
  request: ServerRequest,
  clock: Clock,
  answer: () => Promise<ServerResponse>,
): Promise<ServerResponse> {
  if (fault.delayMs !== undefined) await sleep(clock, fault.delayMs, request.lifetime.signal);
  if (fault.drop === 'request') throw new ConnectionDropped();
  if (fault.error !== undefined) throw new StatusError(statusFor(fault.error));
  const response = await answer();
  const { body } = response;
  if (fault.drop === 'answer') {
    if ('stream' in body) await body.stream[Symbol.asyncIterator]().return?.();
    throw new ConnectionDropped();
  }
  if (fault.breakAfterEvents === undefined || !('stream' in body)) return response;
  return { ...response, body: { stream: breaking(body.stream, fault.breakAfterEvents) } };
}

async function* breaking(stream: AsyncIterable<unknown>, items: number): AsyncGenerator<unknown> {
  let left = items;
  if (left > 0) {
    for await (const item of stream) {
      yield item;
      left--;
      if (left <= 0) break;
    }
  } else {
    await stream[Symbol.asyncIterator]().return?.();
  }
  if (left <= 0) throw new ConnectionDropped();
}

function statusFor(error: Status | number): Status {
  if (typeof error !== 'number') return error;
  switch (error) {
    case 429:
      return tooManyRequests('too many requests, please try again later', 1);
    case 500:
      return internalError('a fault');
    case 503:
      return serviceUnavailable('a fault');
    case 504:
      return timeout('a fault', 0);
    default:
      return genericFailure(error, 'a fault');
  }
}
