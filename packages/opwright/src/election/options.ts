import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Random, validateLabelValue, validateQualifiedName } from '@opwright/machinery';

/** How the replicas of an operator agree on the one that works. Durations are in ms. */
export interface LeaderElectionOptions {
  /** Name of the Lease; all replicas have the same. Default: the operator's name. */
  readonly leaseName?: string;
  /** Namespace of the Lease. Default: that of the pod. */
  readonly namespace?: string;
  /** Who this replica is: unique, also among its former runs. Default: `<hostname>_<uuid>`. */
  readonly identity?: string;
  /** How long the others wait after the last sign of life of the leader before one takes over; default 15,000. */
  readonly leaseDurationMs?: number;
  /** How long the leader works on after its last successful renewal was sent; default 10,000. */
  readonly renewDeadlineMs?: number;
  /** The pause between two attempts: as it is to renew, up to 2.2 times as long to acquire; default 2,000. */
  readonly retryPeriodMs?: number;
  /** Labels that the Lease gets, beside those that it has; default none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Give the lease up when the manager has stopped, so that another replica need not wait; default true. */
  readonly releaseOnStop?: boolean;
}

/** {@link LeaderElectionOptions}, complete and checked. */
export type Election = Required<LeaderElectionOptions>;

/** What {@link resolveElection} takes from its surroundings. */
export interface ElectionSurroundings {
  readonly operator: string;
  readonly random: Random;
  /** Default: this machine's name. */
  readonly hostname?: string;
  /** The file in which a pod finds its namespace. */
  readonly namespaceFile?: string;
}

/** Candidates wait for `retryPeriodMs` and up to this many times more: client-go's figure. */
export const JITTER = 1.2;

const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/**
 * Completes and checks the options.
 *
 * @throws Error that names the option and the remedy: timings that cannot work, a name that cannot be one, no namespace
 */
export function resolveElection(options: LeaderElectionOptions, surroundings: ElectionSurroundings): Election {
  const election: Election = {
    leaseName: options.leaseName ?? surroundings.operator,
    ...resolveHolder(options, surroundings, NAMESPACE_REMEDY),
    labels: options.labels ?? {},
    releaseOnStop: options.releaseOnStop ?? true,
  };
  const problem =
    nameProblem('leaseName', election.leaseName) ?? holderProblem(election) ?? labelProblem(election.labels);
  if (problem) throw new Error(`leaderElection.${problem}`);
  return Object.freeze(election);
}

/** What everybody needs who holds a Lease: where, as whom, and how long. Durations are in ms. */
export type HolderOptions = Pick<
  LeaderElectionOptions,
  'namespace' | 'identity' | 'leaseDurationMs' | 'renewDeadlineMs' | 'retryPeriodMs'
>;

/** @param namespaceRemedy what to do where the namespace is not known. @throws Error with it */
export function resolveHolder(
  options: HolderOptions,
  surroundings: ElectionSurroundings,
  namespaceRemedy: (file: string) => string,
): Required<HolderOptions> {
  return {
    namespace: options.namespace ?? podNamespace(surroundings.namespaceFile ?? NAMESPACE_FILE, namespaceRemedy),
    identity: options.identity ?? `${surroundings.hostname ?? hostname()}_${surroundings.random.uuid()}`,
    leaseDurationMs: options.leaseDurationMs ?? 15_000,
    renewDeadlineMs: options.renewDeadlineMs ?? 10_000,
    retryPeriodMs: options.retryPeriodMs ?? 2000,
  };
}

/** What is wrong with the name of a Lease; it begins with the option's name. */
export function nameProblem(option: string, name: string): string | undefined {
  if (name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name))
    return undefined;
  return `${option} "${name}" is not the name of an object: lower-case letters, digits, "-" and ".", at most 253`;
}

function labelProblem(labels: Readonly<Record<string, string>>): string | undefined {
  for (const [key, value] of Object.entries(labels)) {
    const [wrong] = [...validateQualifiedName(key), ...validateLabelValue(value)];
    if (wrong !== undefined) return `labels: "${key}=${value}" is no label: ${wrong}`;
  }
  return undefined;
}

/** What is wrong with the options; it begins with the option's name. */
export function holderProblem(holder: Required<HolderOptions>): string | undefined {
  const { namespace, identity, leaseDurationMs, renewDeadlineMs, retryPeriodMs } = holder;
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
    return `namespace "${namespace}" is not the name of a namespace: lower-case letters, digits and "-", at most 63`;
  }
  if (identity === '') return 'identity is empty: leave it out, or give each replica a name of its own';
  for (const [name, value] of Object.entries({ leaseDurationMs, renewDeadlineMs, retryPeriodMs })) {
    if (!Number.isFinite(value) || value <= 0) return `${name} must be more than 0, not ${value}`;
  }
  if (leaseDurationMs <= renewDeadlineMs) {
    return `leaseDurationMs (${leaseDurationMs}) must be more than renewDeadlineMs (${renewDeadlineMs}), or another replica takes over while this one works`;
  }
  if (renewDeadlineMs <= retryPeriodMs * JITTER) {
    return `renewDeadlineMs (${renewDeadlineMs}) must be more than ${JITTER} times retryPeriodMs (${retryPeriodMs}), or one slow answer loses the lease`;
  }
  return undefined;
}

function podNamespace(file: string, remedy: (file: string) => string): string {
  try {
    const namespace = readFileSync(file, 'utf8').trim();
    if (namespace !== '') return namespace;
  } catch {
    // Not in a pod, or in one without a service account.
  }
  throw new Error(remedy(file));
}

const NAMESPACE_REMEDY = (file: string) =>
  `leader election does not know in which namespace its Lease is, since this is no pod with a service account (${file}): set leaderElection.namespace (opwright run: --leader-elect-resource-namespace)`;
