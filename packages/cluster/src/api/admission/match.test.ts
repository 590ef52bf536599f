import { expect, test } from 'vitest';
import { isExempt, type MatchRule, ruleMatches } from './match.ts';

const pods = { group: '', version: 'v1', plural: 'pods', scope: 'Namespaced' } as const;
const nodes = { group: '', version: 'v1', plural: 'nodes', scope: 'Cluster' } as const;
const deployments = { group: 'apps', version: 'v1', plural: 'deployments', scope: 'Namespaced' } as const;

const rule = (part: Partial<MatchRule>): MatchRule => ({
  operations: ['*'],
  apiGroups: ['*'],
  apiVersions: ['*'],
  resources: ['*/*'],
  scope: '*',
  resourceNames: [],
  ...part,
});

const create = (subresource = '') => ({ operation: 'CREATE', subresource, name: 'a' }) as const;

test.each<[string, string, boolean]>([
  ['pods', '', true],
  ['pods', 'status', false],
  ['pods/status', 'status', true],
  ['pods/status', '', false],
  ['pods/*', '', true],
  ['pods/*', 'eviction', true],
  ['*', '', true],
  ['*', 'status', false],
  ['*/status', 'status', true],
  ['*/*', 'status', true],
  ['deployments', '', false],
])('a rule for %s and a write to pods/%s: %s', (resource, subresource, expected) => {
  expect(ruleMatches(rule({ resources: [resource] }), create(subresource), pods)).toBe(expected);
});

test('operations, groups, versions and scope must all fit', () => {
  const fits = (part: Partial<MatchRule>, kind: typeof pods | typeof nodes | typeof deployments = pods) =>
    ruleMatches(rule(part), create(), kind);
  expect([fits({ operations: ['UPDATE'] }), fits({ operations: ['UPDATE', 'CREATE'] })]).toEqual([false, true]);
  expect([fits({ apiGroups: ['apps'] }), fits({ apiGroups: ['apps'] }, deployments)]).toEqual([false, true]);
  expect([fits({ apiVersions: ['v1beta1'] }), fits({ apiVersions: ['v1'] })]).toEqual([false, true]);
  expect([fits({ scope: 'Cluster' }), fits({ scope: 'Cluster' }, nodes)]).toEqual([false, true]);
  expect([fits({ scope: 'Namespaced' }), fits({ scope: 'Namespaced' }, nodes)]).toEqual([true, false]);
});

test('what governs admission is exempt from it', () => {
  const exempt = (plural: string, group = 'admissionregistration.k8s.io') =>
    isExempt({ kind: { ...nodes, group, plural } as never });
  for (const plural of [
    'mutatingwebhookconfigurations',
    'validatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
    'mutatingadmissionpolicies',
  ]) {
    expect([plural, exempt(plural)]).toEqual([plural, true]);
  }
  expect(exempt('validatingwebhookconfigurations', 'example.com')).toBe(false);
});
