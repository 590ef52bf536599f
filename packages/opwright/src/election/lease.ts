import { Lease, type LeaseInput } from '@opwright/kubernetes/coordination';
import { formatMicroTime } from '@opwright/machinery';

/**
 * One candidate's claim to a lease, from the attempt to acquire it to its loss or release. Each acquisition has more
 * transitions than the one before: together with the time at which it was made they tell its record from any other, also
 * of a candidate of the same name.
 */
export interface Term {
  readonly identity: string;
  /** `leaseTransitions`: the fencing token. */
  readonly transitions: number;
  /** `acquireTime`: never read as a time, for it is that of somebody's clock. */
  readonly acquireTime: string;
}

/** Who holds the lease; empty when it was released. */
export function holderOf(lease: Lease): string {
  return lease.spec?.holderIdentity ?? '';
}

/** How long the record holds after its last change, by its own word; undefined when it does not say. */
export function durationOf(lease: Lease): number | undefined {
  const seconds = lease.spec?.leaseDurationSeconds;
  return seconds === undefined ? undefined : seconds * 1000;
}

/** How often the lease was acquired, the first time not counted. */
export function transitionsOf(lease: Lease): number {
  return lease.spec?.leaseTransitions ?? 0;
}

/** Whether the lease was last written in this term. */
export function isOf(term: Term | undefined, lease: Lease): boolean {
  if (term === undefined) return false;
  return (
    holderOf(lease) === term.identity &&
    transitionsOf(lease) === term.transitions &&
    lease.spec?.acquireTime === term.acquireTime
  );
}

/** Equal for two versions of a lease exactly when no candidate has written in between. */
export function recordText(lease: Lease): string {
  const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = lease.spec ?? {};
  return JSON.stringify([holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions]);
}

/**
 * The lease as it is written to acquire or to renew it: all that candidates do not write stays as it is in `base`.
 *
 * @param renewedAt in ms since the epoch
 * @param labels are added to those that it has
 */
export function heldLease(
  base: Lease | LeaseInput,
  term: Term,
  durationMs: number,
  renewedAt: number,
  labels: Readonly<Record<string, string>> = {},
): LeaseInput {
  return {
    ...base,
    ...(Object.keys(labels).length > 0 && {
      metadata: { ...base.metadata, labels: { ...base.metadata?.labels, ...labels } },
    }),
    spec: {
      ...base.spec,
      holderIdentity: term.identity,
      // Rounded up: the others must not think it over before it is.
      leaseDurationSeconds: Math.ceil(durationMs / 1000),
      acquireTime: term.acquireTime,
      renewTime: formatMicroTime(renewedAt),
      leaseTransitions: term.transitions,
    },
  };
}

/** The lease without a holder: the next attempt of any candidate acquires it. */
export function releasedLease(base: Lease, releasedAt: number): LeaseInput {
  const time = formatMicroTime(releasedAt);
  return {
    ...base,
    // Not zero, which the API server refuses.
    spec: { ...base.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time },
  };
}

export { Lease };
