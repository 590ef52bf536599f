import { type Connection, connect } from '@opwright/client';
import {
  certificateFiles,
  convertedResources,
  createManager,
  jsonLogger,
  type LeaderElectionOptions,
  LeaseLostError,
  type LogLevel,
  type Operator,
  podNamespace,
  type ShardingOptions,
  type WebhookTarget,
  webhookServiceName,
} from 'opwright';
import { describeError } from '../describe-error.ts';
import { installCrds } from '../install-crds.ts';
import { aborted } from '../interrupt.ts';
import { findOperatorFile, loadOperator } from '../load-operator.ts';
import type { Terminal } from '../terminal.ts';

export interface RunCommandOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespaces?: readonly string[];
  readonly namespaceSelector?: string;
  readonly metricsBindAddress: string;
  readonly metricsSecure?: boolean;
  readonly metricsCertPath?: string;
  readonly healthProbeBindAddress: string;
  readonly webhookBindAddress: string;
  readonly webhookCertPath?: string;
  readonly webhookClientCaName?: string;
  readonly leaderElect?: boolean;
  readonly leaderElectResourceNamespace?: string;
  readonly leaderElectResourceName?: string;
  /** These and the following in ms. */
  readonly leaderElectLeaseDuration?: number;
  readonly leaderElectRenewDeadline?: number;
  readonly leaderElectRetryPeriod?: number;
  readonly requestTimeout?: number;
  readonly shard?: boolean;
  readonly shardResourceNamespace?: string;
  readonly shardResourceName?: string;
  /** Kubeconfigs of clusters beside its own, by name. */
  readonly cluster?: ReadonlyMap<string, string>;
  readonly installCrds?: boolean;
  readonly logLevel: LogLevel;
  readonly signal: AbortSignal;
}

/** `opwright run`: an operator against a real cluster until interrupted. A lost lease ends the process. */
export async function runCommand(
  file: string | undefined,
  options: RunCommandOptions,
  terminal: Terminal,
): Promise<void> {
  const operator = await loadOperator(await findOperatorFile(file, process.cwd()));
  const connection = await connect({
    ...(options.kubeconfig !== undefined && { kubeconfig: options.kubeconfig }),
    ...(options.context !== undefined && { context: options.context }),
  });
  const others = new Map<string, Connection>();
  let onDump = () => {};
  try {
    for (const [name, kubeconfig] of options.cluster ?? []) others.set(name, await connect({ kubeconfig }));
    terminal.err(`${operator.name} against ${connection.server}`);
    if (options.installCrds) {
      const target = serviceTarget(operator);
      if (target === undefined && convertedResources(operator).length > 0) {
        terminal.err('outside of the cluster, nobody converts between the versions of the CRDs');
      }
      await installCrds(connection.transport, operator, { target, signal: options.signal });
    }
    const logger = jsonLogger({ level: options.logLevel });
    const manager = createManager(operator, {
      logger,
      transport: connection.transport,
      metricsAddress: options.metricsBindAddress,
      secureMetrics:
        options.metricsCertPath === undefined
          ? (options.metricsSecure ?? false)
          : certificateFiles(options.metricsCertPath),
      probeAddress: options.healthProbeBindAddress,
      ...(options.namespaces !== undefined && { namespaces: options.namespaces }),
      ...(options.namespaceSelector !== undefined && { namespaces: { labelSelector: options.namespaceSelector } }),
      webhookAddress: options.webhookBindAddress,
      ...(options.webhookCertPath !== undefined && {
        webhookCertificates: certificateFiles(options.webhookCertPath, {
          ...(options.webhookClientCaName !== undefined && { clientCa: options.webhookClientCaName }),
        }),
      }),
      ...(options.requestTimeout !== undefined && { requestTimeoutMs: options.requestTimeout }),
      clusters: Object.fromEntries([...others].map(([name, { transport }]) => [name, { transport }])),
      leaderElection: leaderElection(options),
      sharding: sharding(options),
    });
    onDump = () => logger.info('Dump', { dump: manager.dump() });
    process.on('SIGUSR2', onDump);
    await manager.start();
    await Promise.race([aborted(options.signal), manager.done]);
    await manager.stop();
    await manager.done;
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
    for (const line of describeError(error)) terminal.err(line);
    // Not by and by: what does not heed its signal must not go on beside another replica's.
    process.exit(1);
  } finally {
    process.off('SIGUSR2', onDump);
    for (const { transport } of [connection, ...others.values()]) await transport.close();
  }
}

function leaderElection(options: RunCommandOptions): false | LeaderElectionOptions {
  if (!options.leaderElect) return false;
  return definedOnly({
    namespace: options.leaderElectResourceNamespace,
    leaseName: options.leaderElectResourceName,
    leaseDurationMs: options.leaderElectLeaseDuration,
    renewDeadlineMs: options.leaderElectRenewDeadline,
    retryPeriodMs: options.leaderElectRetryPeriod,
  });
}

function sharding(options: RunCommandOptions): false | ShardingOptions {
  if (!options.shard) return false;
  return definedOnly({ namespace: options.shardResourceNamespace, leaseName: options.shardResourceName });
}

type Defined<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

/** What was not given is left out, so that the defaults are those of the manager. */
function definedOnly<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** In a pod, the Service that the manifests put before the webhooks. */
function serviceTarget({ name }: Operator): WebhookTarget | undefined {
  const namespace = podNamespace();
  return namespace === undefined ? undefined : { service: { namespace, name: webhookServiceName(name) } };
}
