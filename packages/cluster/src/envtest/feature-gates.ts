import type { FeatureGates } from '../kinds/feature-gates.ts';
import { type Flags, listOf } from './flags.ts';

/** A feature works when its gate is open and its kinds are served. Gates of what is not here have no effect. */
export function featureGatesOf(flags: Flags): FeatureGates {
  const gates = new Set(listOf(flags, 'feature-gates'));
  const versions = new Set(listOf(flags, 'runtime-config'));
  const serves = ['admissionregistration.k8s.io/v1alpha1', 'api/alpha', 'api/all'].some(
    (version) => versions.has(`${version}=true`) || (version.includes('/v1') && versions.has(version)),
  );
  return {
    MutatingAdmissionPolicy: gates.has('MutatingAdmissionPolicy=true') && serves,
    AggregatedDiscoveryEndpoint: !gates.has('AggregatedDiscoveryEndpoint=false'),
    WatchList: !gates.has('WatchList=false'),
  };
}
