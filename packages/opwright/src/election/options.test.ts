import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@opwright/machinery';
import { describe, expect, test } from 'vitest';
import { type LeaderElectionOptions, resolveElection } from './options.ts';

const surroundings = { operator: 'foo-operator', random: seededRandom(1), hostname: 'pod-1' };
const resolve = (options: LeaderElectionOptions) => resolveElection({ namespace: 'ops', ...options }, surroundings);

test('the defaults are controller-runtime’s timings, the operator’s name and a host name that no other run has', () => {
  const { identity, ...rest } = resolve({});
  expect(rest).toEqual({
    leaseName: 'foo-operator',
    namespace: 'ops',
    leaseDurationMs: 15_000,
    renewDeadlineMs: 10_000,
    retryPeriodMs: 2000,
    labels: {},
    releaseOnStop: true,
  });
  expect(identity).toMatch(/^pod-1_[0-9a-f]{8}-[0-9a-f-]{27}$/);
  expect(resolve({}).identity).not.toBe(identity);
});

describe('a mistake names the option', () => {
  const mistakes: [LeaderElectionOptions, RegExp][] = [
    [{ leaseDurationMs: 10_000 }, /^leaderElection\.leaseDurationMs \(10000\) must be more than renewDeadlineMs/],
    [{ retryPeriodMs: 9000 }, /^leaderElection\.renewDeadlineMs \(10000\) must be more than 1\.2 times retryPeriodMs/],
    [{ labels: { team: 'a b' } }, /^leaderElection\.labels: "team=a b" is no label: /],
    [{ retryPeriodMs: 0 }, /^leaderElection\.retryPeriodMs must be more than 0, not 0$/],
    [{ renewDeadlineMs: -1 }, /^leaderElection\.renewDeadlineMs must be more than 0/],
    [{ leaseDurationMs: Number.NaN }, /^leaderElection\.leaseDurationMs must be more than 0, not NaN/],
    [{ leaseName: 'Foo' }, /^leaderElection\.leaseName "Foo" is not the name of an object/],
    [{ namespace: 'a.b' }, /^leaderElection\.namespace "a\.b" is not the name of a namespace/],
    [{ identity: '' }, /^leaderElection\.identity is empty/],
  ];
  for (const [options, message] of mistakes) {
    test(JSON.stringify(options), () => expect(() => resolve(options)).toThrow(message));
  }
});

test('the namespace is that of the pod, and where there is none the error names the option', () => {
  const folder = mkdtempSync(join(tmpdir(), 'opwright-election-'));
  try {
    const namespaceFile = join(folder, 'namespace');
    expect(() => resolveElection({}, { ...surroundings, namespaceFile })).toThrow(/set leaderElection\.namespace \(/);
    writeFileSync(namespaceFile, ' \n');
    expect(() => resolveElection({}, { ...surroundings, namespaceFile })).toThrow(/set leaderElection\.namespace \(/);
    writeFileSync(namespaceFile, 'foo-system\n');
    expect(resolveElection({}, { ...surroundings, namespaceFile }).namespace).toBe('foo-system');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
