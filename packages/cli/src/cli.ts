import { parseDuration } from '@opwright/machinery';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LOG_LEVELS } from 'opwright';
import { clusterCommand } from './commands/cluster.ts';
import { loadCommand, saveCommand } from './commands/cluster-data.ts';
import { devCommand } from './commands/dev.ts';
import { envtestCommand } from './commands/envtest.ts';
import { manifestsCommand } from './commands/manifests.ts';
import { runCommand } from './commands/run.ts';
import { describeError } from './describe-error.ts';
import { untilInterrupted } from './interrupt.ts';
import type { Terminal } from './terminal.ts';

/** Exit codes: 0 done, 1 failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

/** Runs the `opwright` command with `argv` (without node and script). Never throws; prints what went wrong. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    await program(terminal).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    for (const line of describeError(error)) terminal.err(line);
    return 1;
  }
}

function program(terminal: Terminal): Command {
  const opwright = new Command('opwright')
    .description('Kubernetes operators in TypeScript, with a cluster in a variable')
    .version('0.1.0', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('(opwright --help lists the commands)')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .exitOverride()
    // What follows a command is its own, also where the command above it has an option of that name.
    .enablePositionalOptions();

  const fileHelp = 'module whose default export is the operator, or its folder (default: operator.ts)';

  opwright
    .command('dev')
    .summary('run an operator on a cluster in this process, reloaded on save')
    .description(
      'Starts a Kubernetes API server with controllers in this process, installs the CRDs of the operator, runs it, and runs it\n' +
        'again whenever one of its files changes. kubectl reaches the cluster through the kubeconfig it prints.',
    )
    .argument('[file]', fileHelp)
    .option('--apply <path...>', 'YAML files or folders to apply once the operator runs')
    .option('--port <port>', 'port of the API server (default: a free one)', port, 0)
    .option('--kubeconfig <file>', 'where to write the kubeconfig', '.opwright/kubeconfig')
    .option('--data <folder>', 'folder that keeps the cluster (default: in memory)')
    .option('--no-reload', 'do not watch the files')
    .option('--logs', "print the operator's own log lines too")
    .action((file, options) =>
      untilInterrupted(terminal, (signal) => devCommand(file, { ...options, signal }, terminal)),
    );

  opwright
    .command('run')
    .summary('run an operator against the current kubeconfig')
    .description(
      'Runs the operator against a cluster: --kubeconfig, else $KUBECONFIG, else in-cluster, else ~/.kube/config.',
    )
    .argument('[file]', fileHelp)
    .option('--kubeconfig <file>', 'kubeconfig to use')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--namespaces <list>', 'follow only these namespaces, as in a,b (default: all)', names)
    .addOption(
      new Option(
        '--namespace-selector <labels>',
        'follow the namespaces with these labels, as they come and go',
      ).conflicts('namespaces'),
    )
    .option('--metrics-bind-address <address>', 'address of /metrics; 0 turns it off', ':8080')
    .option('--metrics-secure', 'serve metrics over TLS, to those whom the API server allows to read them')
    .addOption(
      new Option(
        '--metrics-cert-path <folder>',
        'folder with tls.crt and tls.key of the metrics (default: they are made)',
      ).implies({ metricsSecure: true }),
    )
    .option('--health-probe-bind-address <address>', 'address of /healthz and /readyz; 0 turns them off', ':8081')
    .option('--webhook-bind-address <address>', 'address of the webhooks, if there are any; 0 turns them off', ':9443')
    .option('--webhook-cert-path <folder>', 'folder with tls.crt and tls.key of the webhooks (default: they are made)')
    .option(
      '--webhook-client-ca-name <file>',
      'file in that folder: the authorities of which clients need a certificate',
    )
    .option('--leader-elect', 'work only while this replica holds a Lease; others wait to take over')
    .addOption(
      new Option('--leader-elect-resource-namespace <name>', "namespace of the Lease (default: the pod's)").implies({
        leaderElect: true,
      }),
    )
    .addOption(
      new Option('--leader-elect-resource-name <name>', 'name of the Lease (default: <operator>)').implies({
        leaderElect: true,
      }),
    )
    .addOption(
      new Option(
        '--leader-elect-lease-duration <time>',
        'how long others wait after the last sign of life (default: 15s)',
      )
        .argParser(duration)
        .implies({ leaderElect: true }),
    )
    .addOption(
      new Option('--leader-elect-renew-deadline <time>', 'how long it works on without having renewed (default: 10s)')
        .argParser(duration)
        .implies({ leaderElect: true }),
    )
    .addOption(
      new Option('--leader-elect-retry-period <time>', 'pause between two attempts (default: 2s)')
        .argParser(duration)
        .implies({ leaderElect: true }),
    )
    .addOption(
      new Option('--shard', 'work on a share of the objects; other replicas work on the rest').conflicts('leaderElect'),
    )
    .addOption(
      new Option('--shard-resource-namespace <name>', "namespace of the Leases (default: the pod's)").implies({
        shard: true,
      }),
    )
    .addOption(
      new Option('--shard-resource-name <name>', 'what names of Leases begin with (default: <operator>)').implies({
        shard: true,
      }),
    )
    .option('--request-timeout <time>', 'how long a request may take before it fails (default: 70s)', duration)
    .option('--cluster <name=kubeconfig...>', 'clusters beside its own, each with a kubeconfig', clusters)
    .option('--install-crds', "apply the operator's CRDs first")
    .addOption(
      new Option('--log-level <level>', 'the least level that is logged; SIGUSR2 logs what the operator is doing')
        .choices(LOG_LEVELS)
        .default('info'),
    )
    .action((file, options) =>
      untilInterrupted(terminal, (signal) => runCommand(file, { ...options, signal }, terminal)),
    );

  opwright
    .command('manifests')
    .summary('print CRDs, RBAC, Deployment, webhooks and policies as YAML')
    .description('Prints everything that a cluster needs to run the operator: opwright manifests | kubectl apply -f -')
    .argument('[file]', fileHelp)
    .option('--image <image>', 'image of the Deployment (default: <operator>:latest)')
    .option('--namespace <name>', 'namespace of the Deployment (default: <operator>-system)')
    .option('--leader-elect', 'two replicas, of which one works; the entry point of the image must take --leader-elect')
    .option(
      '--cert-manager',
      'cert-manager makes the certificate of the webhooks; the entry point must take --webhook-cert-path',
    )
    .option(
      '--secure-metrics',
      'metrics over TLS, for those who may read them; the entry point must take --metrics-secure',
    )
    .option(
      '--namespaces <list>',
      'follow only these namespaces, as in a,b: a Role in each instead of a ClusterRole',
      names,
    )
    .addOption(
      new Option(
        '--namespace-selector <labels>',
        'follow the namespaces with these labels, as they come and go',
      ).conflicts('namespaces'),
    )
    .addOption(
      new Option(
        '--shard',
        'two replicas that share the objects; the entry point of the image must take --shard',
      ).conflicts('leaderElect'),
    )
    .option('--cluster <name>', 'what a cluster needs that is added to the operator under this name')
    .option('--only <part>', 'crds, rbac, deployment, webhooks or policies', part)
    .action((file, options) => manifestsCommand(file, options, terminal));

  const cluster = opwright
    .command('cluster')
    .summary('start the embedded cluster alone')
    .description('Starts a Kubernetes API server in this process and prints how to reach it.')
    .option('--profile <profile>', 'cluster: with controllers; envtest: API server alone', profile, 'cluster')
    .option('--port <port>', 'port of the API server (default: a free one)', port, 0)
    .option('--kubeconfig <file>', 'where to write the kubeconfig', '.opwright/kubeconfig')
    .option('--apply <path...>', 'YAML files or folders to apply')
    .option('--data <folder>', 'folder that keeps the cluster (default: in memory)')
    .action((options) => untilInterrupted(terminal, (signal) => clusterCommand({ ...options, signal }, terminal)));
  cluster
    .command('save')
    .summary('write a cluster that does not run into one file')
    .description('Writes the cluster in a folder, which must not be running, into one file, with its keys and Secrets.')
    .requiredOption('--data <folder>', 'folder that keeps the cluster')
    .argument('<file>', 'file to write')
    .action((file, { data }) => saveCommand(data, file, terminal));
  cluster
    .command('load')
    .summary('put a saved cluster into a new folder')
    .description('Puts a cluster that was saved into a new folder.')
    .requiredOption('--data <folder>', 'folder to make')
    .argument('<file>', 'file to read')
    .action((file, { data }) => loadCommand(data, file, terminal));

  opwright
    .command('envtest')
    .summary("stand in for envtest's kube-apiserver and etcd")
    .description(
      'Fills a folder with executables that envtest starts instead of the real ones, and prints its path:\n' +
        'KUBEBUILDER_ASSETS="$(opwright envtest)" go test ./...',
    )
    .option('--dir <folder>', 'folder to fill', '.opwright/envtest')
    .option('--delay <time>', 'let each request wait, for suites that need time between their steps: 3ms', duration)
    .action((options) => envtestCommand(options, terminal));

  for (const command of [...opwright.commands, ...cluster.commands])
    command.exitOverride().configureOutput(opwright.configureOutput());
  return opwright;
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 65535; 0 takes a free one.');
}

/** In ms. */
function duration(text: string): number {
  try {
    const ms = parseDuration(text);
    if (ms > 0) return ms;
  } catch {
    // Told below.
  }
  throw new InvalidArgumentError('It must be a time above 0, as in 500ms, 30s or 1m30s.');
}

function names(text: string): string[] {
  const list = text.split(',').filter(Boolean);
  if (list.length > 0) return list;
  throw new InvalidArgumentError('It must be names with commas between them.');
}

function profile(text: string): 'cluster' | 'envtest' {
  if (text === 'cluster' || text === 'envtest') return text;
  throw new InvalidArgumentError('It must be cluster or envtest.');
}

const PARTS = ['crds', 'rbac', 'deployment', 'webhooks', 'policies'] as const;

function part(text: string): (typeof PARTS)[number] {
  const found = PARTS.find((each) => each === text);
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${PARTS.join(', ')}.`);
  return found;
}

function clusters(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError('It must be <name>=<kubeconfig>.');
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]]);
}
