import type { MetricRegistry } from '@opwright/machinery';

/** What a member of a group that shares the keys reports. */
export interface ShardingMetrics {
  joined(joined: boolean): void;
  /** A roster became known. */
  learned(number: number, members: number): void;
  /** Its keys were taken, so many seconds later. */
  taken(seconds: number): void;
  evicted(): void;
}

/** What is asked for when somebody reads the metrics. */
export interface ShardingSources {
  /** How long the present hand-over has been waiting for acknowledgements; 0 = there is none. */
  waitingSeconds(): number;
  /** How many keys of each controller are owned. */
  ownedKeys(): Promise<readonly { readonly controller: string; readonly cluster?: string; readonly count: number }[]>;
}

const WAIT_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300];

export function createShardingMetrics(
  registry: MetricRegistry,
  leaseName: string,
  sources: ShardingSources,
): ShardingMetrics {
  const { counter, gauge, histogram } = registry;
  const labels = { name: leaseName };
  const member = gauge('opwright_shard_member', 'Whether this replica is a member: 1, or 0.')(labels);
  const members = gauge('opwright_shard_members', 'Members of the last roster that is known.')(labels);
  const roster = gauge('opwright_shard_roster', 'Number of the last roster that is known.')(labels);
  const handOvers = counter('opwright_shard_hand_overs_total', 'Rosters whose keys were taken.')(labels);
  const evictions = counter('opwright_shard_evictions_total', 'Members evicted by this one.')(labels);
  const wait = histogram(
    'opwright_shard_acknowledgement_wait_seconds',
    'How long hand-overs waited until all members had acknowledged the roster.',
    WAIT_BUCKETS,
  );
  registry.read(
    'gauge',
    'opwright_shard_waiting_seconds',
    'How long the present hand-over has been waiting for acknowledgements; 0 when there is none.',
    () => [[labels, sources.waitingSeconds()]],
  );
  registry.read('gauge', 'opwright_shard_owned_keys', 'Objects that this replica reconciles.', async () =>
    (await sources.ownedKeys()).map(({ count, ...labels }) => [labels, count] as const),
  );
  return {
    joined: (joined) => member.set(joined ? 1 : 0),
    learned(number, count) {
      roster.set(number);
      members.set(count);
    },
    taken(seconds) {
      handOvers.inc();
      wait(labels).observe(seconds);
    },
    evicted: () => evictions.inc(),
  };
}
