import { expect, test } from 'vitest';
import { featureGatesOf } from './feature-gates.ts';
import { parseFlags } from './flags.ts';

const gate = '--feature-gates=Other=true,MutatingAdmissionPolicy=true';
const opens = (...argv: string[]) => featureGatesOf(parseFlags(argv)).MutatingAdmissionPolicy;

test('a feature takes its gate and the version that its kinds are in', () => {
  expect(opens(gate, '--runtime-config=admissionregistration.k8s.io/v1alpha1=true')).toBe(true);
  expect(opens(gate, '--runtime-config=admissionregistration.k8s.io/v1alpha1')).toBe(true);
  expect(opens(gate, '--runtime-config=api/alpha=true')).toBe(true);
  expect(opens(gate)).toBe(false);
  expect(opens(gate, '--runtime-config=admissionregistration.k8s.io/v1alpha1=false')).toBe(false);
  expect(opens('--runtime-config=api/all=true')).toBe(false);
  expect(opens()).toBe(false);
});

test('what is on by default is turned off by its gate', () => {
  const { AggregatedDiscoveryEndpoint, WatchList } = featureGatesOf(parseFlags([]));
  expect([AggregatedDiscoveryEndpoint, WatchList]).toEqual([true, true]);
  const off = '--feature-gates=AggregatedDiscoveryEndpoint=false,WatchList=false';
  expect(featureGatesOf(parseFlags([off]))).toMatchObject({ AggregatedDiscoveryEndpoint: false, WatchList: false });
});
