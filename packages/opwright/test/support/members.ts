import type { Cluster } from '@opwright/cluster';
import { seededRandom, type VirtualClock } from '@opwright/machinery';
import { k } from '@opwright/schema';
import {
  controller,
  createManager,
  defineOperator,
  defineResource,
  type Manager,
  type ManagerOptions,
  type ShardingOptions,
} from '../../src/index.ts';
import { network, type ProcessClock, processClock, type Weather } from './candidates.ts';
import { type Recording, recording } from './fixtures.ts';

export const Foo = defineResource({
  group: 'example.com',
  version: 'v1',
  kind: 'Foo',
  spec: k.object({ value: k.integer() }),
  status: k.object({ value: k.integer().optional(), by: k.string().optional() }),
});

/** One replica of an operator that copies `spec.value` into the status, slowly. */
export interface Member {
  readonly identity: string;
  readonly manager: Manager;
  readonly clock: ProcessClock;
  readonly logger: Recording;
  weather: Weather;
  /** How it ended; undefined while it runs. */
  ended: 'stopped' | Error | undefined;
  readonly started: Promise<void>;
  /** As `kill -9`: nothing of it runs any more. */
  kill(): void;
}

/** Who reconciles what at the moment, of those whose writes would be sent. */
export interface Watchman {
  begin(member: Member, key: string): void;
  end(member: Member, key: string): void;
  /** What was seen that must not be. */
  readonly offences: string[];
  /** Looks at all that is under way: some of it may be allowed again, or not any more. */
  look(): void;
  readonly reconciles: number;
}

export function createWatchman(): Watchman {
  const underWay = new Map<string, Set<Member>>();
  const offences: string[] = [];
  let reconciles = 0;
  const acting = (key: string) =>
    [...(underWay.get(key) ?? [])].filter(({ clock, manager }) => !clock.paused && manager.isLeader());
  const check = (key: string) => {
    const members = acting(key);
    if (members.length > 1) offences.push(`${key}: ${members.map(({ identity }) => identity).join(' and ')}`);
  };
  return {
    begin(member, key) {
      reconciles += 1;
      underWay.set(key, (underWay.get(key) ?? new Set()).add(member));
      check(key);
    },
    end(member, key) {
      underWay.get(key)?.delete(member);
    },
    offences,
    look() {
      for (const key of underWay.keys()) check(key);
    },
    get reconciles() {
      return reconciles;
    },
  };
}

export interface MemberOptions {
  readonly watchman: Watchman;
  readonly reconcileMs?: number;
  readonly concurrency?: number;
  readonly rate?: number;
  readonly sharding?: ShardingOptions;
  readonly manager?: Partial<ManagerOptions>;
}

export function startMember(cluster: Cluster, base: VirtualClock, identity: string, options: MemberOptions): Member {
  const { watchman, reconcileMs = 50, concurrency = 4, rate = 1 } = options;
  const clock = processClock(base, rate);
  const logger = recording();
  // A request whose answer is lost holds its key until somebody gives up.
  const foos = controller(Foo, { concurrency }).reconcile(async (foo, ctx) => {
    const key = `${foo.metadata.namespace}/${foo.metadata.name}`;
    watchman.begin(member, key);
    try {
      await new Promise<void>((resolve) => void clock.setTimeout(resolve, reconcileMs));
      ctx.status({ value: foo.spec.value, by: identity });
    } finally {
      watchman.end(member, key);
    }
  });
  const manager = createManager(defineOperator({ name: 'op', controllers: [foos] }), {
    transport: network(cluster.transport, base, clock, () => member.weather),
    clock,
    random: seededRandom(identity),
    logger,
    metricsAddress: '0',
    probeAddress: '0',
    // A connection that is dead without saying so is noticed early.
    watchIdleTimeoutMs: 10_000,
    sharding: { namespace: 'default', identity, ...options.sharding },
    ...options.manager,
  });
  const member: Member = {
    identity,
    manager,
    clock,
    logger,
    weather: 'fine',
    ended: undefined,
    started: Promise.resolve().then(() => manager.start()),
    kill() {
      clock.pause();
      member.weather = 'lost';
    },
  };
  member.started.catch(() => {});
  manager.done.then(
    () => {
      member.ended = 'stopped';
    },
    (error) => {
      member.ended = error;
    },
  );
  return member;
}
