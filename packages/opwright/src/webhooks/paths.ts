import type { AnyResource } from '@opwright/machinery';

/** Where a resource's webhook is served: `/mutate-batch-tutorial-io-v1-cronjob`. controller-runtime's paths. */
export function webhookPath(what: 'mutate' | 'validate', { group, version, kind }: AnyResource): string {
  return `/${what}-${group.replaceAll('.', '-')}-${version}-${kind.toLowerCase()}`;
}
