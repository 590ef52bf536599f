// The programs that are compared, and how they are built.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const home = import.meta.dirname;
/** What compilers keep for the next run. */
const kept = join(home, '..', '..', '.opwright', 'bench');

export const PROGRAMS = {
  opwright: { scenarios: ['sync', 'latency', 'noop', 'status', 'queue'], command: () => node('opwright.mjs') },
  'controller-runtime': { scenarios: ['sync', 'latency', 'noop', 'status', 'queue'], command: goProgram },
  '@kubernetes/client-node': { scenarios: ['sync', 'latency'], command: () => node('client-node.mjs') },
};

/** What a program prints for a scenario. */
export function run([command, ...args], scenario, kubeconfig, namespace, count) {
  const output = execFileSync(command, [...args, scenario, kubeconfig, namespace, String(count)], {
    encoding: 'utf8',
    maxBuffer: 1e8,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 600_000,
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

function node(script) {
  return [process.execPath, '--expose-gc', '--max-old-space-size=4096', join(home, script)];
}

/** @throws Error with the reason when the program cannot be built */
function goProgram() {
  if (spawnSync('go', ['version'], { stdio: 'ignore' }).status !== 0) throw new Error('Go is not installed');
  mkdirSync(kept, { recursive: true });
  const binary = join(kept, 'controller-runtime');
  const { status, stderr } = spawnSync('go', ['build', '-o', binary, '.'], { cwd: join(home, 'go'), encoding: 'utf8' });
  if (status !== 0) throw new Error(`go build failed: ${stderr.trim().split('\n').at(-1)}`);
  return [binary];
}
