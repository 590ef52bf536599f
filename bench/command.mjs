// The command as a user meets it: from its start to a running operator, and from Ctrl-C to its end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, report, timed } from './support.mjs';

const RUNS = 5;
const root = join(import.meta.dirname, '..');
const starts = [];
const ends = [];

for (let i = 0; i < RUNS; i++) {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-bench-'));
  const example = join('examples', 'foo');
  const child = spawn(
    process.execPath,
    [
      join('packages', 'cli', 'bin', 'opwright.js'),
      'dev',
      join(example, 'operator.ts'),
      '--apply',
      join(example, 'samples'),
      '--kubeconfig',
      join(folder, 'kubeconfig'),
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  starts.push(
    await timed(async () => {
      for await (const [text] of on(child.stdout)) {
        output += text;
        if (output.includes('status.happy')) break;
      }
    }),
  );
  ends.push(
    await timed(async () => {
      child.kill('SIGINT');
      await once(child, 'close');
    }),
  );
  await rm(folder, { recursive: true });
}
report('opwright dev: start to the first reconciled object', median(starts), 'ms');
report('opwright dev: Ctrl-C to the end, slowest', Math.max(...ends), 'ms');

/** The chunks of a stream; leaving the loop leaves the stream open. */
async function* on(stream) {
  for (;;) yield await once(stream, 'data');
}
