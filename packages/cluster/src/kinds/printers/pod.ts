import type { JsonObject } from '@opwright/machinery';
import type { Printer } from '../behaviour.ts';
import { at, bool, int, items, text } from '../tree.ts';
import { age } from './age.ts';
import { orNone } from './cells.ts';
import { ageOf, columns, nameOf } from './columns.ts';

export const podPrinter: Printer = {
  columns: columns('Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP*', 'Node*', 'Nominated Node*', 'Readiness Gates*'),
  row(pod, nowMs) {
    const spec = at(pod, 'spec');
    const status = at(pod, 'status');
    const summary = summarize(pod);
    return [
      nameOf(pod),
      `${summary.ready}/${summary.total}`,
      summary.reason,
      restartsText(summary, nowMs),
      ageOf(pod, nowMs),
      orNone(text(items(status, 'podIPs')[0], 'ip')),
      orNone(text(spec, 'nodeName')),
      orNone(text(status, 'nominatedNodeName')),
      readinessGatesText(pod),
    ];
  },
  conditions(pod) {
    switch (text(at(pod, 'status'), 'phase')) {
      case 'Succeeded':
        return [completed('Succeeded', 'The pod has completed successfully.')];
      case 'Failed':
        return [completed('Failed', 'The pod failed.')];
      default:
        return [];
    }
  },
};

function completed(reason: string, message: string): JsonObject {
  return { type: 'Completed', status: 'True', reason, message };
}

interface Summary {
  readonly ready: number;
  readonly total: number;
  /** The Status column. */
  readonly reason: string;
  readonly restarts: number;
  /** When a container last ended before it was restarted; '' if none was. */
  readonly lastRestart: string;
}

/** What the containers of a pod add up to. While init containers run, only they count. */
function summarize(pod: JsonObject): Summary {
  const spec = at(pod, 'spec');
  const status = at(pod, 'status');
  const sidecars = new Set(
    items(spec, 'initContainers')
      .filter((container) => text(container, 'restartPolicy') === 'Always')
      .map((container) => text(container, 'name')),
  );
  const total = items(spec, 'containers').length + sidecars.size;
  const conditions = items(status, 'conditions');
  const gated = conditions.some((c) => text(c, 'type') === 'PodScheduled' && text(c, 'reason') === 'SchedulingGated');
  const phaseReason = gated ? 'SchedulingGated' : text(status, 'reason') || text(status, 'phase');

  const init = summarizeInit(status, sidecars, items(spec, 'initContainers').length);
  const initialized = conditions.some((c) => text(c, 'type') === 'Initialized' && text(c, 'status') === 'True');
  const main =
    init.reason === undefined || initialized
      ? summarizeMain(status, init.reason ?? phaseReason, conditions)
      : { reason: init.reason, ready: 0, count: new RestartCount() };
  const count = init.reason === undefined || initialized ? main.count.plus(init.sidecarCount) : init.count;
  return {
    ready: init.ready + main.ready,
    total,
    reason: deletionReason(pod) ?? main.reason,
    restarts: count.restarts,
    lastRestart: count.last,
  };
}

class RestartCount {
  restarts = 0;
  last = '';

  add(container: JsonObject): void {
    this.restarts += int(container, 'restartCount');
    this.#seen(text(at(container, 'lastState', 'terminated'), 'finishedAt'));
  }

  plus(other: RestartCount): this {
    this.restarts += other.restarts;
    this.#seen(other.last);
    return this;
  }

  #seen(finishedAt: string): void {
    // RFC 3339 in UTC with seconds sorts as text.
    if (finishedAt > this.last) this.last = finishedAt;
  }
}

function summarizeInit(status: JsonObject | undefined, sidecars: ReadonlySet<string>, total: number) {
  const count = new RestartCount();
  const sidecarCount = new RestartCount();
  let ready = 0;
  let reason: string | undefined;
  for (const [index, container] of items(status, 'initContainerStatuses').entries()) {
    const sidecar = sidecars.has(text(container, 'name'));
    count.add(container);
    if (sidecar) sidecarCount.add(container);
    const terminated = at(container, 'state', 'terminated');
    if (terminated !== undefined && int(terminated, 'exitCode') === 0) continue;
    if (sidecar && bool(container, 'started')) {
      if (bool(container, 'ready')) ready++;
      continue;
    }
    const waiting = text(at(container, 'state', 'waiting'), 'reason');
    if (terminated !== undefined) reason = `Init:${endText(terminated)}`;
    else if (waiting !== '' && waiting !== 'PodInitializing') reason = `Init:${waiting}`;
    else reason = `Init:${index}/${total}`;
    break;
  }
  return { count, sidecarCount, ready, reason };
}

function summarizeMain(status: JsonObject | undefined, start: string, conditions: readonly JsonObject[]) {
  const count = new RestartCount();
  let ready = 0;
  let running = false;
  let reason = start;
  for (const container of [...items(status, 'containerStatuses')].reverse()) {
    count.add(container);
    const waiting = text(at(container, 'state', 'waiting'), 'reason');
    const terminated = at(container, 'state', 'terminated');
    if (waiting !== '') reason = waiting;
    else if (terminated !== undefined) reason = endText(terminated);
    else if (bool(container, 'ready') && at(container, 'state', 'running') !== undefined) {
      running = true;
      ready++;
    }
  }
  if (reason === 'Completed' && running) {
    const isReady = conditions.some((c) => text(c, 'type') === 'Ready' && text(c, 'status') === 'True');
    reason = isReady ? 'Running' : 'NotReady';
  }
  return { reason, ready, count };
}

/** How a container ended: the reason, or the signal, or the exit code. */
function endText(terminated: JsonObject): string {
  const reason = text(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = int(terminated, 'signal');
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${int(terminated, 'exitCode')}`;
}

function deletionReason(pod: JsonObject): string | undefined {
  if (text(at(pod, 'metadata'), 'deletionTimestamp') === '') return undefined;
  const status = at(pod, 'status');
  if (text(status, 'reason') === 'NodeLost') return 'Unknown';
  const phase = text(status, 'phase');
  return phase === 'Succeeded' || phase === 'Failed' ? undefined : 'Terminating';
}

function restartsText(summary: Summary, nowMs: number): string {
  const restarts = String(summary.restarts);
  if (summary.restarts === 0 || summary.lastRestart === '') return restarts;
  return `${restarts} (${age(summary.lastRestart, nowMs)} ago)`;
}

function readinessGatesText(pod: JsonObject): string {
  const gates = items(at(pod, 'spec'), 'readinessGates').map((gate) => text(gate, 'conditionType'));
  if (gates.length === 0) return orNone('');
  const conditions = items(at(pod, 'status'), 'conditions');
  const passed = gates.filter((gate) =>
    conditions.some((c) => text(c, 'type') === gate && text(c, 'status') === 'True'),
  );
  return `${passed.length}/${gates.length}`;
}
