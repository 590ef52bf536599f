import type { JsonObject } from '@opwright/machinery';
import { describe, expect, it } from 'vitest';
import { coreEventPrinter } from './events.ts';
import { podPrinter } from './pod.ts';

const nowMs = Date.parse('2026-01-01T01:00:00Z');

function pod(status: JsonObject, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    metadata: { name: 'p', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec },
    status,
  };
}

/** Ready, Status, Restarts. */
function cells(object: JsonObject): unknown[] {
  return podPrinter.row(object, nowMs).slice(1, 4);
}

const running = { ready: true, restartCount: 0, state: { running: {} } };
const terminated = (exitCode: number, reason?: string): JsonObject => ({
  restartCount: 0,
  state: { terminated: { exitCode, ...(reason !== undefined && { reason }) } },
});
const waiting = (reason: string): JsonObject => ({ restartCount: 0, state: { waiting: { reason } } });
const sidecar = { name: 's', restartPolicy: 'Always' };

describe('the status of a pod in a table', () => {
  const cases: readonly [name: string, object: JsonObject, cells: unknown[]][] = [
    ['the phase, while nothing else is known', pod({ phase: 'Pending' }), ['0/2', 'Pending', '0']],
    ['the reason of the whole pod', pod({ phase: 'Failed', reason: 'Evicted' }), ['0/2', 'Evicted', '0']],
    [
      'why a container waits',
      pod({ phase: 'Pending', containerStatuses: [running, waiting('ImagePullBackOff')] }),
      ['1/2', 'ImagePullBackOff', '0'],
    ],
    [
      'how a container ended',
      pod({ phase: 'Failed', containerStatuses: [terminated(3), terminated(0, 'Completed')] }),
      ['0/2', 'ExitCode:3', '0'],
    ],
    [
      'Running, though one container has completed, if the pod is ready',
      pod({
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [terminated(0, 'Completed'), running],
      }),
      ['1/2', 'Running', '0'],
    ],
    [
      'NotReady, if the pod is not',
      pod({ phase: 'Running', containerStatuses: [terminated(0, 'Completed'), running] }),
      ['1/2', 'NotReady', '0'],
    ],
    [
      'how far the init containers are',
      pod(
        { phase: 'Pending', initContainerStatuses: [terminated(0), { restartCount: 0, state: { running: {} } }] },
        { initContainers: [{ name: 'i' }, { name: 'j' }] },
      ),
      ['0/2', 'Init:1/2', '0'],
    ],
    [
      'how an init container failed',
      pod(
        {
          phase: 'Pending',
          initContainerStatuses: [{ name: 'i', restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
        },
        { initContainers: [{ name: 'i' }] },
      ),
      ['0/2', 'Init:CrashLoopBackOff', '4'],
    ],
    [
      'sidecars among the containers',
      pod(
        {
          phase: 'Running',
          initContainerStatuses: [{ name: 's', started: true, ready: true, restartCount: 1, state: { running: {} } }],
          containerStatuses: [running, running],
        },
        { initContainers: [sidecar] },
      ),
      ['3/3', 'Running', '1'],
    ],
    [
      'SchedulingGated',
      pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
      ['0/2', 'SchedulingGated', '0'],
    ],
    [
      'Terminating, while it is being deleted',
      pod(
        { phase: 'Running', containerStatuses: [running, running] },
        {},
        { deletionTimestamp: '2026-01-01T00:30:00Z' },
      ),
      ['2/2', 'Terminating', '0'],
    ],
    [
      'its end, though it is being deleted',
      pod(
        { phase: 'Succeeded', containerStatuses: [terminated(0, 'Completed')] },
        {},
        { deletionTimestamp: '2026-01-01T00:30:00Z' },
      ),
      ['0/2', 'Completed', '0'],
    ],
    [
      'Unknown, when its node is lost',
      pod({ phase: 'Running', reason: 'NodeLost' }, {}, { deletionTimestamp: '2026-01-01T00:30:00Z' }),
      ['0/2', 'Unknown', '0'],
    ],
    [
      'when it was last restarted',
      pod({
        phase: 'Running',
        containerStatuses: [
          { ...running, restartCount: 2, lastState: { terminated: { finishedAt: '2026-01-01T00:55:00Z' } } },
          running,
        ],
      }),
      ['2/2', 'Running', '2 (5m ago)'],
    ],
  ];
  it.each(cases)('is %s', (_name, object, expected) => {
    expect(cells(object)).toEqual(expected);
  });

  it('tells that a pod has ended in the conditions of its row', () => {
    expect(podPrinter.conditions?.(pod({ phase: 'Running' }))).toEqual([]);
    expect(podPrinter.conditions?.(pod({ phase: 'Failed' }))).toMatchObject([
      { type: 'Completed', status: 'True', reason: 'Failed' },
    ]);
  });
});

describe('an event in a table', () => {
  it('shows when it was first and last seen, and how often', () => {
    const event = {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec' },
      source: { component: 'kubelet', host: 'n' },
      firstTimestamp: '2026-01-01T00:50:00Z',
      lastTimestamp: '2026-01-01T00:59:00Z',
      count: 7,
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off restarting\n',
    };
    expect(coreEventPrinter.row(event, nowMs)).toEqual([
      '60s',
      'Warning',
      'BackOff',
      'pod/p',
      'spec',
      'kubelet, n',
      'Back-off restarting',
      '10m',
      7,
      'e',
    ]);
    const series = {
      ...event,
      eventTime: '2026-01-01T00:00:00.000000Z',
      series: { count: 3, lastObservedTime: '2026-01-01T00:59:30.000000Z' },
    };
    expect(coreEventPrinter.row(series, nowMs)[0]).toBe('30s');
  });
});
