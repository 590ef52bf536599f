import {
  API_SERVER_FLAGS,
  ETCD_FLAGS,
  type Flags,
  IGNORED_API_SERVER_FLAGS,
  type Program,
  parseFlags,
  startEnvtestApiServer,
  startEnvtestEtcd,
} from '@opwright/cluster';
import { describeError } from '../describe-error.ts';
import { aborted, untilInterrupted } from '../interrupt.ts';
import type { Terminal } from '../terminal.ts';

/** The executables that envtest looks for, by file name. */
export const PROGRAMS: Readonly<
  Record<string, { readonly flags: readonly string[]; start(flags: Flags): Promise<Program> }>
> = {
  'kube-apiserver': {
    flags: [...Object.keys(API_SERVER_FLAGS), ...IGNORED_API_SERVER_FLAGS],
    start: startEnvtestApiServer,
  },
  etcd: { flags: ETCD_FLAGS, start: startEnvtestEtcd },
};

/** Runs one of them until it is told to end. Returns the exit code. */
export async function runProgram(name: string, argv: readonly string[], terminal: Terminal): Promise<0 | 1> {
  const program = PROGRAMS[name];
  if (program === undefined) throw new Error(`no such program: ${name}`);
  const flags = parseFlags(argv);
  if (flags.has('help') || flags.has('h')) {
    // envtest finds out by this text which flags it may use.
    terminal.out(`${name} of Opwright's embedded cluster\n\nFlags:`);
    for (const flag of [...program.flags].sort()) terminal.out(`      --${flag} string`);
    return 0;
  }
  try {
    await untilInterrupted(terminal, async (signal) => {
      const running = await program.start(flags);
      terminal.err(`${name} at ${running.url}`);
      await aborted(signal);
      await running.stop();
    });
    return 0;
  } catch (error) {
    for (const line of describeError(error)) terminal.err(line);
    return 1;
  }
}
