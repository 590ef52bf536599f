import type { Pod } from '@opwright/kubernetes/core';
import { formatMicroTime } from '@opwright/machinery';
import { storeKey } from '../../store/object.ts';
import type { Call, Result } from '../context.ts';
import { badRequest, goQuote } from '../errors.ts';
import { negotiate, RESOURCE_TYPES } from '../negotiate.ts';
import type { ContainerLog, LogLine } from './kubelet.ts';
import { type LogOptions, logOptions } from './log-options.ts';
import { missingHook } from './missing.ts';
import { containerOf, nodeOf, podOf } from './pod.ts';

/** GET of pods/log: what a container has written, and, for who follows, what it writes until it ends. */
export async function podLog(call: Call): Promise<Result> {
  const { info, request, server } = call;
  negotiate(request, { available: ['text/plain', ...RESOURCE_TYPES] });
  const options = logOptions(info, server.clock.now());
  const pod = podOf(call);
  const container = containerOf(pod, options.container);
  if (nodeOf(call, pod) === undefined) {
    return { response: { status: 204, headers: {}, body: { text: '' } } };
  }
  const { logs } = server.kubelet;
  if (logs === undefined) throw missingHook('logs');
  refuseUnstarted(pod, container, options.previous);

  const ending = new AbortController();
  const end = () => ending.abort();
  request.lifetime.signal.addEventListener('abort', end);
  const log = await logs(pod, { container, previous: options.previous, signal: ending.signal });
  const lines = options.follow ? following(log, whenEnded(call, pod, container, ending.signal)) : log.lines;
  const stream = written(log.lines, lines, options, () => server.clock.now());
  return {
    response: {
      status: 200,
      headers: { 'content-type': 'text/plain' },
      body: { stream: endingWith(stream, end) },
    },
  };
}

/** A container that has not started has no log. @throws StatusError 400 in the kubelet's words */
function refuseUnstarted({ metadata, status }: Pod, container: string, previous: boolean): void {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = status ?? {};
  const known = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
  const found = known.find(({ name }) => name === container);
  const which = `container ${goQuote(container)} in pod ${goQuote(metadata.name)}`;
  if (found === undefined) throw badRequest(`${which} is not available`);
  const { state, lastState } = found;
  if (previous && lastState?.terminated === undefined) throw badRequest(`previous terminated ${which} not found`);
  if (previous || state?.running !== undefined || state?.terminated !== undefined) return;
  if (lastState?.terminated !== undefined) return;
  const reason = state?.waiting?.reason ?? '';
  const why =
    { ErrImagePull: "image can't be pulled", ImagePullBackOff: 'trying and failing to pull image' }[reason] ?? reason;
  throw badRequest(`${which} is waiting to start: ${why}`);
}

/** Resolves when a container has ended, its pod is gone, or nobody waits any more. */
function whenEnded({ server, kind }: Call, pod: Pod, container: string, signal: AbortSignal): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  const key = storeKey(namespace, name);
  return new Promise((resolve) => {
    const settle = (): void => {
      stop();
      resolve();
    };
    const stop = server.store.watch(kind.storage, server.store.revision, {}, (event) => {
      if (event.key === key && (event.type === 'DELETED' || hasEnded(event.object as never, uid, container))) settle();
    });
    signal.addEventListener('abort', settle);
    const now = server.store.get(kind.storage, key);
    if (signal.aborted || now === undefined || hasEnded(now as never, uid, container)) settle();
  });
}

function hasEnded({ metadata, status }: Pod, uid: string, container: string): boolean {
  if (metadata.uid !== uid) return true;
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return all.find(({ name }) => name === container)?.state?.terminated !== undefined;
}

/** The lines that come after the first ones, until the container ends. */
async function* following({ next }: ContainerLog, ended: Promise<void>): AsyncGenerator<LogLine | string> {
  if (next === undefined) {
    await ended;
    return;
  }
  const lines = next[Symbol.asyncIterator]();
  const end = ended.then(() => ({ done: true, value: undefined }) as const);
  try {
    for (;;) {
      const item = await Promise.race([lines.next(), end]);
      if (item.done) return;
      yield item.value;
    }
  } finally {
    void lines.return?.();
  }
}

/** The part of a log that was asked for, as it is sent. */
async function* written(
  before: Iterable<LogLine | string>,
  after: Iterable<LogLine | string> | AsyncIterable<LogLine | string>,
  { sinceMs = Number.NEGATIVE_INFINITY, tailLines, limitBytes = Number.POSITIVE_INFINITY, timestamps }: LogOptions,
  now: () => number,
): AsyncGenerator<Uint8Array> {
  let left = limitBytes;
  const bytes = ({ timeMs, text }: LogLine): Uint8Array => {
    const line = Buffer.from(`${timestamps ? `${nanoTime(timeMs)} ` : ''}${text}\n`).subarray(0, left);
    left -= line.byteLength;
    return line;
  };
  const timed = (line: LogLine | string): LogLine => (typeof line === 'string' ? { timeMs: now(), text: line } : line);

  const first = [...before].map(timed).filter(({ timeMs }) => timeMs >= sinceMs);
  for (const line of tailLines === undefined ? first : first.slice(Math.max(0, first.length - tailLines))) {
    if (left <= 0) return;
    yield bytes(line);
  }
  if (before === after) return;
  for await (const line of after) {
    if (left <= 0) return;
    yield bytes(timed(line));
  }
}

/** With nine digits, as kubelets write it. */
const nanoTime = (ms: number): string => formatMicroTime(ms).replace(/Z$/, '000Z');

async function* endingWith<T>(items: AsyncIterable<T>, end: () => void): AsyncGenerator<T> {
  try {
    yield* items;
  } finally {
    end();
  }
}
