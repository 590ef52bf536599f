import { processTerminal } from '../terminal.ts';
import { runProgram } from './programs.ts';

/** What the executables in an envtest folder run, with their own name first. */
const [name = '', ...argv] = process.argv.slice(2);
process.exitCode = await runProgram(name, argv, processTerminal());
