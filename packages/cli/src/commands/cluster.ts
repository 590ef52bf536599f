import { startCluster } from '@opwright/cluster';
import { applyFiles } from '../apply-files.ts';
import { aborted } from '../interrupt.ts';
import { shownPath } from '../shown-path.ts';
import type { Terminal } from '../terminal.ts';

export interface ClusterCommandOptions {
  readonly profile: 'cluster' | 'envtest';
  readonly port: number;
  readonly kubeconfig: string;
  readonly apply?: readonly string[];
  readonly data?: string;
  readonly signal: AbortSignal;
}

/** `opwright cluster`: the embedded cluster until interrupted. */
export async function clusterCommand(options: ClusterCommandOptions, terminal: Terminal): Promise<void> {
  await using cluster = await startCluster({
    profile: options.profile,
    serve: { port: options.port },
    kubeconfig: options.kubeconfig,
    ...(options.data !== undefined && { data: options.data }),
  });
  await applyFiles(options.apply ?? [], (yaml) => cluster.load(yaml), terminal);
  terminal.out(`Kubernetes API server at ${terminal.style('bold', cluster.url ?? '')} (profile ${options.profile})`);
  terminal.out('');
  terminal.out(`  export KUBECONFIG=${shownPath(options.kubeconfig)}`);
  terminal.out('  kubectl get namespaces');
  terminal.out('');
  terminal.out(
    options.data === undefined
      ? 'Ctrl-C stops it; it keeps nothing.'
      : `Ctrl-C stops it; ${shownPath(options.data)} keeps it.`,
  );
  await aborted(options.signal);
}
