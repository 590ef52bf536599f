import { connect } from '@opwright/client';
import { createManager } from 'opwright';
import { installCrds } from '../install-crds.ts';
import { aborted } from '../interrupt.ts';
import { findOperatorFile, loadOperator } from '../load-operator.ts';
import type { Terminal } from '../terminal.ts';

export interface RunCommandOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: readonly string[];
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly installCrds?: boolean;
  readonly signal: AbortSignal;
}

/** `opwright run`: an operator against a real cluster until interrupted. */
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
  try {
    terminal.err(`${operator.name} against ${connection.server}`);
    if (options.installCrds) await installCrds(connection.transport, operator, options.signal);
    const manager = createManager(operator, {
      transport: connection.transport,
      metricsAddress: options.metricsBindAddress,
      probeAddress: options.healthProbeBindAddress,
      ...(options.namespace !== undefined && { namespaces: options.namespace }),
    });
    await manager.start();
    await Promise.race([aborted(options.signal), manager.done]);
    await manager.stop();
    await manager.done;
  } finally {
    await connection.transport.close();
  }
}
