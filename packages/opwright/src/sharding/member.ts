import { acknowledgement, type Group, hasAcknowledged, isComplete, type Member, type Roster } from './leases.ts';
import { ownerFunction } from './rendezvous.ts';

/**
 * The rules by which a member works on keys, without any input or output. It is told what the Leases say, and answers what
 * is to be done; time is what it is told. Its guarantee: of all members that follow them, at most one owns a key at a time,
 * whatever is late or lost, as long as a member whose Lease is gone does no more work.
 *
 * Three steps lead from a roster to the next: a member that learns of it lets go of the keys that it has lost at once; it
 * acknowledges when nothing works on them any more; and it owns those that it has gained when all have acknowledged.
 */
export interface MemberRules {
  /** Takes in what the Leases say. Each group must be as old as the one before or newer. */
  observe(group: Group, now: number): void;
  /** Nothing works on a key any more that is not owned: the roster that was learned last can be acknowledged. */
  drained(): void;
  /** Owns the keys of the roster that was learned last, if all have acknowledged it. @returns whether that is new */
  take(): boolean;
  owns(key: string): boolean;
  /** A copy of {@link owns} that does not change any more. */
  ownership(): (key: string) => boolean;
  /** The last roster of which keys were taken: its number is a fencing token. */
  readonly taken: Roster | undefined;
  /** The last roster that is known. */
  readonly learned: Roster | undefined;
  /** How many members exist. */
  readonly members: number;
  /** What the member's own Lease is to say. */
  readonly acknowledged: string;
  /** The members whose acknowledgement is missing. */
  waitingFor(): readonly Member[];
  /** Members that were not seen to renew for as long as they said. */
  expired(now: number): readonly Member[];
  /** In how many ms the next member expires; undefined when there is none. */
  nextExpiryMs(now: number): number | undefined;
  /** Whether the roster is not that of the members that exist. */
  needsRoster(): boolean;
}

interface Taken {
  readonly roster: Roster;
  readonly ownerOf: (key: string) => string | undefined;
}

export function createMemberRules(self: string): MemberRules {
  let group: Group = { roster: undefined, members: [] };
  /** When each member's Lease was first seen as it is now. */
  let seen = new Map<string, { readonly version: string; readonly since: number }>();
  let learned: Taken | undefined;
  let given: Roster | undefined;
  let taken: Taken | undefined;

  function ownership(): (key: string) => boolean {
    const before = taken;
    const after = learned;
    if (before === undefined || after === undefined) return () => false;
    if (before === after) return (key) => after.ownerOf(key) === self;
    return (key) => after.ownerOf(key) === self && before.ownerOf(key) === self;
  }
  let owns = ownership();

  const leftMs = ({ name, durationMs }: Member, now: number) => (seen.get(name)?.since ?? now) + durationMs - now;
  const others = () => group.members.filter(({ name }) => name !== self);

  return {
    observe(next, now) {
      group = next;
      seen = new Map(
        group.members.map(({ name, resourceVersion: version }) => {
          const known = seen.get(name);
          return [name, known?.version === version ? known : { version, since: now }];
        }),
      );
      const { roster } = group;
      if (roster === undefined) return;
      if (learned?.roster.line === roster.line && learned.roster.number >= roster.number) return;
      learned = { roster, ownerOf: ownerFunction(roster.members) };
      owns = ownership();
    },
    drained() {
      given = learned?.roster;
    },
    take() {
      if (learned === undefined || learned === taken || given !== learned.roster) return false;
      if (this.waitingFor().length > 0) return false;
      taken = learned;
      owns = ownership();
      return true;
    },
    owns: (key) => owns(key),
    ownership,
    get taken() {
      return taken?.roster;
    },
    get learned() {
      return learned?.roster;
    },
    get members() {
      return group.members.length;
    },
    get acknowledged() {
      return given === undefined ? '' : acknowledgement(given);
    },
    waitingFor() {
      if (learned === undefined || learned === taken) return [];
      const { roster } = learned;
      const asked = new Set(roster.members);
      // Who has no Lease any more has ended.
      return group.members.filter((member) => asked.has(member.name) && !hasAcknowledged(member, roster));
    },
    expired: (now) => others().filter((member) => leftMs(member, now) <= 0),
    nextExpiryMs(now) {
      const left = others().map((member) => leftMs(member, now));
      return left.length === 0 ? undefined : Math.max(0, Math.min(...left));
    },
    needsRoster: () => !isComplete(group),
  };
}
