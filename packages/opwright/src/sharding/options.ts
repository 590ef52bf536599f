import {
  type ElectionSurroundings,
  type HolderOptions,
  holderProblem,
  nameProblem,
  resolveHolder,
} from '../election/options.ts';

/** How the replicas of an operator share its keys. Durations are in ms. */
export interface ShardingOptions {
  /** What the names of the Leases begin with; all replicas have the same. Default: the operator's name. */
  readonly leaseName?: string;
  /** Namespace of the Leases. Default: that of the pod. */
  readonly namespace?: string;
  /** Who this replica is, for people. Default: `<hostname>_<uuid>`. */
  readonly identity?: string;
  /** How long the others wait after the last sign of life of a member before it counts as gone; default 15,000. */
  readonly leaseDurationMs?: number;
  /** How long a member works on after its last successful renewal was sent; default 10,000. */
  readonly renewDeadlineMs?: number;
  /** The pause between two renewals; default 2,000. */
  readonly retryPeriodMs?: number;
}

/** {@link ShardingOptions}, complete and checked. */
export type Sharding = Required<ShardingOptions>;

/** Leases are told by a label with the name. */
const MAX_NAME = 63;

/**
 * Completes and checks the options.
 *
 * @throws Error that names the option and the remedy: timings that cannot work, a name that cannot be one, no namespace
 */
export function resolveSharding(options: ShardingOptions, surroundings: ElectionSurroundings): Sharding {
  const leaseName = options.leaseName ?? surroundings.operator;
  const sharding: Sharding = {
    leaseName,
    ...resolveHolder(options satisfies HolderOptions, surroundings, namespaceRemedy),
  };
  const problem = nameProblem('leaseName', leaseName) ?? lengthProblem(leaseName) ?? holderProblem(sharding);
  if (problem) throw new Error(`sharding.${problem}`);
  return Object.freeze(sharding);
}

function lengthProblem(leaseName: string): string | undefined {
  if (leaseName.length <= MAX_NAME) return undefined;
  return `leaseName "${leaseName}" is longer than ${MAX_NAME} characters, which is all that a label can hold`;
}

const namespaceRemedy = (file: string) =>
  `sharding does not know in which namespace its Leases are, since this is no pod with a service account (${file}): set sharding.namespace (opwright run: --shard-resource-namespace)`;
