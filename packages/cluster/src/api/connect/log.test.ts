import { VirtualClock } from '@opwright/machinery';
import { expect, test, vi } from 'vitest';
import { messageOf, send } from '../../../test/exchange.ts';
import { type ClusterOptions, type ContainerLog, startCluster } from '../../index.ts';

const POD = '/api/v1/namespaces/default/pods/p';
const merge = { 'content-type': 'application/merge-patch+json' };
const state = (of: object) => ({ status: { containerStatuses: [{ name: 'main', ...of }] } });
const running = state({ state: { running: { startedAt: '2026-01-01T00:00:00Z' } } });

/** A pod on a node, without anybody who changes it. */
async function withPod(options: ClusterOptions, status: object = running) {
  const cluster = await startCluster({ profile: 'envtest', ...options });
  await send(cluster.transport, 'POST /api/v1/nodes', { metadata: { name: 'n' } });
  await send(cluster.transport, 'POST /api/v1/namespaces/default/pods', {
    metadata: { name: 'p' },
    spec: { nodeName: 'n', containers: [{ name: 'main', image: 'i' }] },
  });
  const patch = (body: object) => send(cluster.transport, `PATCH ${POD}/status`, body, merge);
  await patch(status);
  return { cluster, patch, log: (query = '') => send(cluster.transport, `GET ${POD}/log${query}`) };
}

const SECOND = 1000;

test('a log is cut to what was asked for: since when, how many lines, how many bytes, with times', async () => {
  const clock = new VirtualClock();
  const start = clock.now();
  const lines = ['one', 'two', 'three'].map((text, index) => ({ timeMs: start + index * 10 * SECOND, text }));
  await clock.advance(25 * SECOND);
  const { cluster, log } = await withPod({ clock, kubelet: { logs: () => ({ lines }) } });
  await using _ = cluster;
  expect(await log()).toMatchObject({ status: 200, body: 'one\ntwo\nthree\n' });
  expect((await log()).headers['content-type']).toBe('text/plain');
  expect((await log('?tailLines=2')).body).toBe('two\nthree\n');
  expect((await log('?tailLines=0')).body).toBe('');
  expect((await log('?tailLines=9')).body).toBe('one\ntwo\nthree\n');
  expect((await log('?sinceSeconds=15')).body).toBe('two\nthree\n');
  expect((await log(`?sinceTime=${new Date(start + 20 * SECOND).toISOString()}`)).body).toBe('three\n');
  expect((await log('?limitBytes=6')).body).toBe('one\ntw');
  const stamp = new Date(start).toISOString().replace('Z', '000000Z');
  expect((await log('?timestamps=true&limitBytes=35')).body).toBe(`${stamp} one\n`);
});

test('who follows gets new lines until the container ends', async () => {
  let write: (line: string) => void = () => {};
  const next = async function* (signal: AbortSignal) {
    while (!signal.aborted) {
      yield await new Promise<string>((resolve) => {
        write = resolve;
      });
    }
  };
  const { cluster, patch, log } = await withPod({
    kubelet: { logs: (_pod, { signal }): ContainerLog => ({ lines: ['before'], next: next(signal) }) },
  });
  await using _ = cluster;
  const followed = log('?follow=true');
  await vi.waitFor(() => expect(write.name).not.toBe('write'));
  write('after');
  await patch(state({ state: { terminated: { exitCode: 0 } } }));
  expect((await followed).body).toBe('before\nafter\n');
});

test('who follows a container that logs nothing waits until its pod is gone', async () => {
  const { cluster, log } = await withPod({ kubelet: { logs: () => ({ lines: ['only'] }) } });
  await using _ = cluster;
  const followed = log('?follow=true');
  await send(cluster.transport, `DELETE ${POD}?gracePeriodSeconds=0`);
  expect((await followed).body).toBe('only\n');
});

test.each([
  [state({ state: { waiting: { reason: 'ContainerCreating' } } }), '', 'is waiting to start: ContainerCreating'],
  [
    state({ state: { waiting: { reason: 'ImagePullBackOff' } } }),
    '',
    'is waiting to start: trying and failing to pull image',
  ],
  [{ status: { containerStatuses: [] } }, '', 'is not available'],
])('a container without a log says why: %j', async (status, query, why) => {
  const { cluster, log } = await withPod({ kubelet: { logs: () => ({ lines: [] }) } }, status);
  await using _ = cluster;
  const answer = await log(query);
  expect([answer.status, messageOf(answer)]).toEqual([400, `container "main" in pod "p" ${why}`]);
});

test('the log of before the last restart is another one, where there was one', async () => {
  const logs = (_: unknown, { previous }: { previous: boolean }) => ({ lines: [previous ? 'old' : 'new'] });
  const { cluster, patch, log } = await withPod({ kubelet: { logs } });
  await using _ = cluster;
  expect(messageOf(await log('?previous=true'))).toBe('previous terminated container "main" in pod "p" not found');
  await patch(state({ ...running.status.containerStatuses[0], lastState: { terminated: { exitCode: 1 } } }));
  expect((await log('?previous=true')).body).toBe('old\n');
  expect((await log()).body).toBe('new\n');
});

test('without a kubelet there is no log, and the answer says what to do', async () => {
  const { cluster, log } = await withPod({});
  await using _ = cluster;
  const answer = await log();
  expect([answer.status, messageOf(answer)]).toEqual([
    500,
    'error dialing backend: this cluster has no kubelet: answer with the hook logs in the option kubelet of startCluster',
  ]);
});
