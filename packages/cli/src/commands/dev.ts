import { startCluster } from '@opwright/cluster';
import type { AnyResource } from '@opwright/machinery';
import { createManager, type Manager, type Operator, operatorResources } from 'opwright';
import { followActivity } from '../activity/follow.ts';
import { installPolicies, removeAdmission } from '../admission.ts';
import { applyFiles } from '../apply-files.ts';
import { describeError } from '../describe-error.ts';
import { installCrds } from '../install-crds.ts';
import { aborted } from '../interrupt.ts';
import { findOperatorFile, loadOperator, watchOperator } from '../load-operator.ts';
import { quietLogger } from '../quiet-logger.ts';
import { shownPath } from '../shown-path.ts';
import type { Terminal } from '../terminal.ts';

export interface DevCommandOptions {
  readonly apply?: readonly string[];
  readonly data?: string;
  readonly port: number;
  readonly kubeconfig: string;
  readonly reload: boolean;
  readonly logs?: boolean;
  readonly signal: AbortSignal;
}

/** `opwright dev`: an operator on an embedded cluster, run again after each change, until interrupted. */
export async function devCommand(
  file: string | undefined,
  options: DevCommandOptions,
  terminal: Terminal,
): Promise<void> {
  const path = await findOperatorFile(file, process.cwd());
  await using cluster = await startCluster({
    serve: { port: options.port },
    kubeconfig: options.kubeconfig,
    ...(options.data !== undefined && { data: options.data }),
  });
  let running: { operator: Operator; manager: Manager; following: AbortController } | undefined;

  const stop = async () => {
    const stopping = running;
    running = undefined;
    stopping?.following.abort();
    // Configurations without a webhook behind them would refuse every write.
    if (stopping !== undefined) await removeAdmission(cluster.client, stopping.operator);
    await stopping?.manager.stop();
  };
  const start = async (operator: Operator) => {
    await stop();
    await installCrds(cluster.transport, operator);
    await installPolicies(cluster.client, operator);
    const manager = createManager(operator, {
      transport: cluster.transport,
      metricsAddress: '0',
      probeAddress: '0',
      webhookAddress: '127.0.0.1:0',
      installWebhooks: true,
      ...(options.logs !== true && { logger: quietLogger(terminal) }),
    });
    const following = new AbortController();
    running = { operator, manager, following };
    void followActivity(cluster.client, declaredResources(operator), terminal, following.signal);
    await manager.start();
  };

  // Loads are handled one after the other: a save during a restart must not start two managers.
  let last: Promise<void> = Promise.resolve();
  const { first, stop: stopWatching } = options.reload
    ? await watchOperator(path, {
        onLoad(operator) {
          last = last
            .then(() => start(operator))
            .then(() => terminal.out(terminal.style('dim', `  reloaded ${operator.name}`)))
            .catch((error) => printError(error, terminal));
        },
        onError: (error) => printError(error, terminal),
      })
    : { first: await loadOperator(path), stop: async () => {} };
  try {
    last = start(first);
    await last;
    printBanner(first, cluster.url ?? '', options, terminal);
    await applyFiles(options.apply ?? [], (yaml) => cluster.load(yaml), terminal);
    await aborted(options.signal);
  } finally {
    await stopWatching();
    await last.catch(() => {});
    await stop();
  }
}

/** What the operator reconciles, watches and owns: its view of the cluster, and what a reader needs to follow it. */
function declaredResources(operator: Operator): readonly AnyResource[] {
  const sources = operator.controllers.flatMap((controller) =>
    controller.sources.filter(({ role }) => role !== 'writes'),
  );
  const resources = [...operatorResources(operator), ...sources.map(({ resource }) => resource)];
  return [...new Map(resources.map((resource) => [`${resource.apiVersion}/${resource.kind}`, resource])).values()];
}

function printError(error: unknown, terminal: Terminal): void {
  for (const line of describeError(error)) terminal.err(line);
}

function printBanner(operator: Operator, url: string, options: DevCommandOptions, terminal: Terminal): void {
  const [primary] = operatorResources(operator);
  terminal.out(`${terminal.style('bold', operator.name)} runs on a Kubernetes API server in this process: ${url}`);
  terminal.out('In another terminal:');
  terminal.out('');
  terminal.out(`  export KUBECONFIG=${shownPath(options.kubeconfig)}`);
  if (primary !== undefined) {
    terminal.out(`  kubectl get ${primary.plural} --all-namespaces --watch`);
    terminal.out(`  kubectl explain ${primary.singular}.spec`);
  }
  terminal.out('  kubectl get events --all-namespaces');
  terminal.out('');
  terminal.out(
    terminal.style(
      'dim',
      options.reload ? 'Save a file to reload it, Ctrl-C to stop. What happens:' : 'Ctrl-C to stop. What happens:',
    ),
  );
}
