import type { PolicyRule } from './rules.ts';

/** What an operator needs to be allowed to ask who wants its metrics, and whether they may: for a ClusterRole. */
export function metricsAuthorizationRules(): readonly PolicyRule[] {
  return [
    { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
    { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  ];
}

/** What reads metrics needs to be allowed. */
export function metricsReaderRules(): readonly {
  readonly nonResourceURLs: readonly string[];
  readonly verbs: readonly string[];
}[] {
  return [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }];
}
