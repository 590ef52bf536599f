import { expect, test } from 'vitest';
import {
  durationOf,
  heldLease,
  holderOf,
  isOf,
  type Lease,
  recordText,
  releasedLease,
  transitionsOf,
} from './lease.ts';

const lease: Lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    name: 'op',
    namespace: 'ops',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { team: 'a' },
  },
  spec: {
    holderIdentity: 'a',
    leaseDurationSeconds: 15,
    acquireTime: '2026-01-01T00:00:00.000000Z',
    renewTime: '2026-01-01T00:00:04.000000Z',
    leaseTransitions: 3,
    strategy: 'OldestEmulationVersion',
  },
};
const term = { identity: 'a', transitions: 3, acquireTime: '2026-01-01T00:00:00.000000Z' };

test('a record is read as it stands, and one without fields is nobody’s', () => {
  expect([holderOf(lease), durationOf(lease), transitionsOf(lease)]).toEqual(['a', 15_000, 3]);
  // The API server takes a Lease without any spec.
  const { spec: _, ...empty } = lease;
  const bare = empty as Lease;
  expect([holderOf(bare), durationOf(bare), transitionsOf(bare), isOf(term, bare)]).toEqual(['', undefined, 0, false]);
});

test('times are written with exactly six digits', () => {
  const spec = heldLease(lease, term, 15_000, Date.UTC(2026, 0, 1, 0, 0, 6)).spec;
  expect(spec?.renewTime).toBe('2026-01-01T00:00:06.000000Z');
  expect(releasedLease(lease, 1.5).spec).toMatchObject({
    renewTime: '1970-01-01T00:00:00.001500Z',
    acquireTime: '1970-01-01T00:00:00.001500Z',
  });
});

test('the duration is rounded up to seconds, never down', () => {
  expect(heldLease(lease, term, 1001, 0).spec?.leaseDurationSeconds).toBe(2);
  expect(heldLease(lease, term, 300, 0).spec?.leaseDurationSeconds).toBe(1);
});

test('a write keeps what candidates do not write, and the version that makes it conditional', () => {
  for (const written of [heldLease(lease, term, 15_000, 0), releasedLease(lease, 0)]) {
    expect(written.metadata).toMatchObject({ resourceVersion: '7', labels: { team: 'a' } });
    expect(written.spec).toMatchObject({ strategy: 'OldestEmulationVersion', leaseTransitions: 3 });
  }
  expect(releasedLease(lease, 0).spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
});

test('labels are added to those that the lease has', () => {
  expect(heldLease(lease, term, 15_000, 0, { app: 'op' }).metadata?.labels).toEqual({ team: 'a', app: 'op' });
});

test('a record is that of a term only if holder, transitions and acquisition are', () => {
  expect(isOf(term, lease)).toBe(true);
  expect(isOf(undefined, lease)).toBe(false);
  expect(isOf({ ...term, identity: 'b' }, lease)).toBe(false);
  expect(isOf({ ...term, transitions: 4 }, lease)).toBe(false);
  expect(isOf({ ...term, acquireTime: '2026-01-01T00:00:00.000001Z' }, lease)).toBe(false);
});

test('records differ when a candidate has written, and not when somebody has labelled the lease', () => {
  const labelled = { ...lease, metadata: { ...lease.metadata, resourceVersion: '8', labels: {} } };
  expect(recordText(labelled)).toBe(recordText(lease));
  const renewed = { ...lease, spec: { ...lease.spec, renewTime: '2026-01-01T00:00:04.000001Z' } };
  expect(recordText(renewed)).not.toBe(recordText(lease));
});
