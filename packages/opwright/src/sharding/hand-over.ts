import type { Clock } from '@opwright/machinery';
import type { Logger } from '../manager/logger.ts';
import type { ShardingMetrics } from '../metrics/sharding.ts';
import type { InWork } from './in-work.ts';
import type { Group } from './leases.ts';
import type { MemberRules } from './member.ts';

export interface HandOverOptions {
  /** Of this member's Lease. */
  readonly name: string;
  readonly rules: MemberRules;
  readonly inWork: InWork;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ShardingMetrics;
  /** The Lease has to say that another roster is acknowledged. */
  readonly onAcknowledged: () => void;
  /** This member may have gained keys. */
  readonly onGained: (gained: (key: string) => boolean) => void;
}

/** Leads this member from one roster to the next, by the rules, and says what that waits for. */
export interface HandOver {
  /** Takes in what the Leases say. */
  observe(group: Group): void;
  /** Does what can be done: acknowledges when nothing works on a lost key, takes keys when all have acknowledged. */
  advance(): void;
  /** Says what it waits for when it takes long. */
  remind(): void;
  /** Whether this member is on the roster by which keys are owned. */
  takesPart(): boolean;
  /** How long it has been waiting; undefined when there is nothing to wait for. */
  readonly waitingMs: number | undefined;
}

/** A hand-over that takes longer is told, and told again after this. */
const PATIENCE_MS = 5000;
const REPEAT_MS = 60_000;

export function createHandOver(options: HandOverOptions): HandOver {
  const { name, rules, inWork, clock, logger, metrics, onAcknowledged, onGained } = options;
  let learnedAt = 0;
  let toldAt = Number.NEGATIVE_INFINITY;

  const takesPart = () => rules.taken?.members.includes(name) ?? false;
  const isSettled = () => rules.learned === rules.taken;
  const lostInWork = (limit: number) => inWork.find((key) => !rules.owns(key), limit);

  function tellGained(before: (key: string) => boolean): void {
    const now = rules.ownership();
    onGained((key) => now(key) && !before(key));
  }

  function advance(): void {
    if (isSettled()) return;
    const { acknowledged } = rules;
    if (lostInWork(1).length === 0) rules.drained();
    if (rules.acknowledged !== acknowledged) onAcknowledged();
    const before = rules.ownership();
    // A roster from before we joined is nothing to begin with.
    if (!rules.take() || !takesPart()) return;
    const waitedMs = clock.monotonic() - learnedAt;
    metrics.taken(waitedMs / 1000);
    const { taken, members } = rules;
    logger.info('Keys are taken', { roster: taken?.number, members, waitedMs: Math.round(waitedMs) });
    tellGained(before);
  }

  return {
    observe(group) {
      const before = rules.ownership();
      const { learned: known } = rules;
      const wasSettled = isSettled();
      rules.observe(group, clock.monotonic());
      const { learned } = rules;
      if (learned !== undefined && learned !== known) {
        learnedAt = clock.monotonic();
        toldAt = Number.NEGATIVE_INFINITY;
        metrics.learned(learned.number, learned.members.length);
        logger.info('New roster', { roster: learned.number, members: learned.members.length });
        // Keys may have come back before anybody has taken them.
        if (!wasSettled) tellGained(before);
      }
      advance();
    },
    advance,
    remind() {
      const now = clock.monotonic();
      if (isSettled() || now - learnedAt < PATIENCE_MS || now - toldAt < REPEAT_MS) return;
      toldAt = now;
      const fields = { roster: rules.learned?.number, waitedMs: Math.round(now - learnedAt) };
      const keys = lostInWork(5);
      if (keys.length > 0)
        logger.warn('Waiting for reconciles to end before their keys are handed over', { ...fields, keys });
      const others = rules.waitingFor().filter((member) => member.name !== name);
      if (others.length === 0) return;
      const waitingFor = others.map((member) => member.identity);
      logger.warn('Waiting for members to hand over keys', { ...fields, waitingFor });
    },
    takesPart,
    get waitingMs() {
      return isSettled() ? undefined : clock.monotonic() - learnedAt;
    },
  };
}
