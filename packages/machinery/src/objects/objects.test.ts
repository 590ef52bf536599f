import { describe, expect, test } from 'vitest';
import type { Condition } from '../meta.ts';
import { findCondition, isConditionTrue, setCondition } from './conditions.ts';
import { hasFinalizer, isDeleting, keyOf, keyString, parseKey } from './keys.ts';
import { controllerOf, isControlledBy, isOwnedBy, ownerReference } from './owners.ts';

const resource = { apiVersion: 'apps/v1', kind: 'Deployment' };
const owner = { metadata: { name: 'web', uid: 'u1' } };

describe('owners', () => {
  test('are referred to as controllers unless told otherwise', () => {
    expect(ownerReference(resource, owner)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'web',
      uid: 'u1',
      controller: true,
      blockOwnerDeletion: true,
    });
    expect(ownerReference(resource, owner, { controller: false })).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'web',
      uid: 'u1',
    });
  });

  test('are found by uid, not by name', () => {
    const plain = ownerReference(resource, { metadata: { name: 'other', uid: 'u2' } }, { controller: false });
    const object = { metadata: { ownerReferences: [plain, ownerReference(resource, owner)] } };
    expect(controllerOf(object)?.uid).toBe('u1');
    expect(isControlledBy(object, owner)).toBe(true);
    expect(isControlledBy(object, { metadata: { name: 'web', uid: 'u3' } })).toBe(false);
    expect(isOwnedBy(object, { metadata: { name: 'x', uid: 'u2' } })).toBe(true);
    expect(controllerOf({ metadata: {} })).toBeUndefined();
    expect(isControlledBy({ metadata: {} }, owner)).toBe(false);
  });
});

describe('keys', () => {
  test('name an object with and without namespace', () => {
    expect(keyOf({ metadata: { name: 'a', namespace: 'ns' } })).toEqual({ name: 'a', namespace: 'ns' });
    expect(keyOf({ metadata: { name: 'a' } })).toEqual({ name: 'a' });
    for (const text of ['ns/a', 'a']) expect(keyString(parseKey(text))).toBe(text);
  });
});

describe('deletion', () => {
  test('shows in finalizers and the timestamp', () => {
    expect(hasFinalizer({ metadata: { finalizers: ['a/b'] } }, 'a/b')).toBe(true);
    expect(hasFinalizer({ metadata: {} }, 'a/b')).toBe(false);
    expect(isDeleting({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })).toBe(true);
    expect(isDeleting({ metadata: {} })).toBe(false);
  });
});

describe('setCondition', () => {
  const start = Date.UTC(2026, 0, 1);
  const ready = { type: 'Ready', status: 'False', reason: 'Starting', message: 'wait' } as const;
  const first = setCondition(undefined, ready, start);

  test('adds a condition with the time of its transition', () => {
    expect(first).toEqual([{ ...ready, lastTransitionTime: '2026-01-01T00:00:00Z' }]);
  });

  test('returns the same array when nothing changes', () => {
    expect(setCondition(first, ready, start + 60_000)).toBe(first);
  });

  test('keeps the transition time while the status stays', () => {
    const next = setCondition(first, { ...ready, reason: 'Pulling', observedGeneration: 2 }, start + 60_000);
    expect(next).toEqual([
      { ...ready, reason: 'Pulling', observedGeneration: 2, lastTransitionTime: '2026-01-01T00:00:00Z' },
    ]);
    expect(first[0]?.reason).toBe('Starting');
  });

  test('moves the transition time when the status changes, and leaves the others alone', () => {
    const other: Condition = { ...ready, type: 'Other', lastTransitionTime: 'x' };
    const next = setCondition([other, ...first], { ...ready, status: 'True' }, start + 60_000);
    expect(next[0]).toBe(other);
    expect(findCondition(next, 'Ready')?.lastTransitionTime).toBe('2026-01-01T00:01:00Z');
    expect(isConditionTrue(next, 'Ready')).toBe(true);
    expect(isConditionTrue(next, 'Missing')).toBe(false);
  });
});
