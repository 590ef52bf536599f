import { LeaseLostError } from '../election/lost.ts';
import { jsonLogger, type Logger } from './logger.ts';
import type { Manager } from './manager.ts';

/** The part of `process` that {@link runUntilSignal} needs. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM' | 'SIGUSR2', listener: () => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM' | 'SIGUSR2', listener: () => void): unknown;
  exit(code: number): void;
}

/**
 * Starts the manager and runs it until SIGINT or SIGTERM, which stop it; a second one exits at once with code 1. Resolves
 * when the manager has stopped, rejects when it could not start or failed. A lost lease exits with code 1: a reconcile
 * function that does not end must not go on beside another replica's. SIGUSR2 logs what the manager is doing, its dump.
 */
export async function runUntilSignal(
  manager: Pick<Manager, 'start' | 'stop' | 'done' | 'dump'>,
  source: SignalSource = process,
  logger: Logger = jsonLogger(),
): Promise<void> {
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    if (signals > 1) source.exit(1);
    // A failure to stop arrives through `done`.
    else manager.stop().catch(() => {});
  };
  const onDump = () => logger.info('Dump', { dump: manager.dump() });
  source.on('SIGINT', onSignal);
  source.on('SIGTERM', onSignal);
  source.on('SIGUSR2', onDump);
  try {
    await Promise.race([manager.start(), manager.done]);
    await manager.done;
  } catch (error) {
    if (error instanceof LeaseLostError) source.exit(1);
    throw error;
  } finally {
    source.off('SIGINT', onSignal);
    source.off('SIGTERM', onSignal);
    source.off('SIGUSR2', onDump);
  }
}
