import { expect, test } from 'vitest';
import {
  acknowledgement,
  groupOf,
  hasAcknowledged,
  isComplete,
  type Lease,
  memberLease,
  rosterLease,
} from './leases.ts';

const record = {
  group: 'op',
  name: 'op-1',
  namespace: 'ops',
  identity: 'pod-1',
  durationMs: 15_000,
  acknowledged: 'u/2',
};
const stored = (input: object, metadata: object): Lease => {
  const written = input as Lease;
  return {
    ...written,
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...written.metadata, ...metadata } as Lease['metadata'],
  };
};

test('what is written is what is read', () => {
  const member = stored(memberLease(undefined, record, 0), { uid: 'm', resourceVersion: '7' });
  const roster = stored(rosterLease(undefined, record, ['op-2', 'op-1'], 0), { uid: 'u', resourceVersion: '8' });
  expect(groupOf('op', [member, roster])).toEqual({
    roster: { line: 'u', number: 1, members: ['op-1', 'op-2'] },
    members: [
      { name: 'op-1', uid: 'm', resourceVersion: '7', identity: 'pod-1', durationMs: 15_000, acknowledged: 'u/2' },
    ],
  });
  const [next] = [groupOf('op', [stored(rosterLease(roster, record, ['op-1'], 0), {})])];
  expect(next.roster).toEqual({ line: 'u', number: 2, members: ['op-1'] });
});

test('a renewal keeps what members do not write, the time of joining and the version that makes it conditional', () => {
  const lease = stored(memberLease(undefined, record, 0), {
    resourceVersion: '7',
    annotations: { note: 'a' },
    labels: { team: 'b' },
  });
  const { metadata, spec } = memberLease(lease, { ...record, durationMs: 1500 }, 6000);
  expect(metadata).toMatchObject({ resourceVersion: '7', annotations: { note: 'a' }, labels: { team: 'b' } });
  expect(spec).toMatchObject({
    acquireTime: '1970-01-01T00:00:00.000000Z',
    renewTime: '1970-01-01T00:00:06.000000Z',
    leaseDurationSeconds: 2,
  });
});

test('a roster is acknowledged by its own number or a later one of its line', () => {
  const roster = { line: 'u', number: 3, members: [] };
  const by = (acknowledged: string) => hasAcknowledged({ acknowledged }, roster);
  expect([acknowledgement(roster), by('u/3'), by('u/10'), by('u/2'), by('v/4'), by('')]).toEqual([
    'u/3',
    true,
    true,
    false,
    false,
    false,
  ]);
});

test('a roster is complete when it names exactly the members that exist', () => {
  const members = ['op-1', 'op-2'].map((name) => ({ ...record, name, uid: name, resourceVersion: '1' }));
  const complete = (names: string[]) => isComplete({ roster: { line: 'u', number: 1, members: names }, members });
  expect([complete(['op-1', 'op-2']), complete(['op-1']), complete(['op-1', 'op-3'])]).toEqual([true, false, false]);
  expect(isComplete({ roster: undefined, members: [] })).toBe(false);
});
