import type { MetricRegistry } from '@opwright/machinery';

/** What a candidate for a lease reports. Names and labels are client-go's. */
export interface ElectionMetrics {
  leading(leading: boolean): void;
  /** A renewal needed more than one request. */
  renewedSlowly(): void;
}

export function createElectionMetrics({ gauge, counter }: MetricRegistry, leaseName: string): ElectionMetrics {
  const labels = { name: leaseName };
  const status = gauge('leader_election_master_status', 'Whether this replica holds the lease: 1, or 0.')(labels);
  const slow = counter('leader_election_slowpath_total', 'Renewals that had to read the lease.')(labels);
  return {
    leading: (leading) => status.set(leading ? 1 : 0),
    renewedSlowly: () => slow.inc(),
  };
}
