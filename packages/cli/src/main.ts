import { runCli } from './cli.ts';
import { processTerminal } from './terminal.ts';

// Stack traces of operators written in TypeScript point to their source.
process.setSourceMapsEnabled(true);
process.exitCode = await runCli(process.argv.slice(2), processTerminal());
