import { Lease, type LeaseInput } from '@opwright/kubernetes/coordination';
import { formatMicroTime } from '@opwright/machinery';

/** The label of all Leases of one group of members, with its name. */
export const MEMBER_OF = 'opwright.dev/member-of';
/** On the Lease of a member: the last roster that it has acknowledged. */
const ACKNOWLEDGED = 'opwright.dev/acknowledged';
/** On the roster: the names of the Leases of its members, sorted. */
const MEMBERS = 'opwright.dev/members';

/** Who the keys are spread over. Rosters form one line: each was written over the one before. */
export interface Roster {
  /** The uid of its Lease: a roster that somebody deleted begins another line. */
  readonly line: string;
  /** Grows by one with each roster of a line. */
  readonly number: number;
  /** The names of the Leases of its members. */
  readonly members: readonly string[];
}

/** A member as its Lease shows it. */
export interface Member {
  /** That of its Lease: never used again. */
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Which process it is, for people. */
  readonly identity: string;
  /** How long it counts as alive after its last renewal. */
  readonly durationMs: number;
  /** {@link acknowledgement} of the last roster that it has acknowledged; empty = none yet. */
  readonly acknowledged: string;
}

/** What the Leases of a group say at one moment. */
export interface Group {
  readonly roster: Roster | undefined;
  readonly members: readonly Member[];
}

export function rosterName(group: string): string {
  return `${group}-members`;
}

/** What a member writes when it has acknowledged the roster. */
export function acknowledgement({ line, number }: Roster): string {
  return `${line}/${number}`;
}

/** Whether the member has acknowledged this roster or a later one of its line. */
export function hasAcknowledged({ acknowledged }: Pick<Member, 'acknowledged'>, { line, number }: Roster): boolean {
  const slash = acknowledged.lastIndexOf('/');
  return acknowledged.slice(0, slash) === line && Number(acknowledged.slice(slash + 1)) >= number;
}

/** Reads the Leases of a group. */
export function groupOf(group: string, leases: Iterable<Lease>): Group {
  let roster: Roster | undefined;
  const members: Member[] = [];
  for (const lease of leases) {
    const { name, uid, resourceVersion, annotations = {} } = lease.metadata;
    if (name === rosterName(group)) {
      const names = annotations[MEMBERS] ?? '';
      roster = {
        line: uid,
        number: lease.spec?.leaseTransitions ?? 0,
        members: names === '' ? [] : names.split(','),
      };
    } else {
      members.push({
        name,
        uid,
        resourceVersion,
        identity: lease.spec?.holderIdentity ?? name,
        durationMs: (lease.spec?.leaseDurationSeconds ?? 0) * 1000,
        acknowledged: annotations[ACKNOWLEDGED] ?? '',
      });
    }
  }
  return { roster, members };
}

/** Whether the roster names exactly the members that exist. */
export function isComplete({ roster, members }: Group): boolean {
  if (roster === undefined || roster.members.length !== members.length) return false;
  const named = new Set(roster.members);
  return members.every(({ name }) => named.has(name));
}

/** What a member says of itself. */
export interface MemberRecord {
  readonly group: string;
  readonly name: string;
  readonly namespace: string;
  readonly identity: string;
  readonly durationMs: number;
  readonly acknowledged: string;
}

/** The Lease of a member as it is written to join and to renew. All that members do not write stays as it is in `base`. */
export function memberLease(base: Lease | undefined, record: MemberRecord, renewedAt: number): LeaseInput {
  const { group, name, namespace, identity, durationMs, acknowledged } = record;
  const renewTime = formatMicroTime(renewedAt);
  return {
    ...base,
    metadata: {
      ...(base?.metadata ?? { name, namespace }),
      labels: { ...base?.metadata.labels, [MEMBER_OF]: group },
      annotations: { ...base?.metadata.annotations, [ACKNOWLEDGED]: acknowledged },
    },
    spec: {
      ...base?.spec,
      holderIdentity: identity,
      // Rounded up: the others must not think it over before it is.
      leaseDurationSeconds: Math.ceil(durationMs / 1000),
      acquireTime: base?.spec?.acquireTime ?? renewTime,
      renewTime,
    },
  };
}

/** The roster after `base`. */
export function rosterLease(
  base: Lease | undefined,
  { group, namespace }: Pick<MemberRecord, 'group' | 'namespace'>,
  members: readonly string[],
  writtenAt: number,
): LeaseInput {
  return {
    ...base,
    metadata: {
      ...(base?.metadata ?? { name: rosterName(group), namespace }),
      labels: { ...base?.metadata.labels, [MEMBER_OF]: group },
      annotations: { ...base?.metadata.annotations, [MEMBERS]: [...members].sort().join(',') },
    },
    spec: {
      ...base?.spec,
      leaseTransitions: (base?.spec?.leaseTransitions ?? 0) + 1,
      renewTime: formatMicroTime(writtenAt),
    },
  };
}

export { Lease };
