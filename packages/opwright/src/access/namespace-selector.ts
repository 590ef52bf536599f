import type { PolicyRule } from './rules.ts';

/** What an operator needs to be allowed to follow the namespaces with certain labels. */
export function namespaceSelectorRules(): readonly PolicyRule[] {
  return [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] }];
}
