// Runs every measurement in a process of its own and prints one table. `npm run bench -- boot` runs only those named.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Too long to be among all. */
const onDemand = ['soak'];
const all = [
  'import',
  'peers',
  'boot',
  'command',
  'throughput',
  'watch-latency',
  'watchers',
  'scale',
  'rss',
  'durability',
  'latency',
  'sharding',
  'cold-sync',
  'cel',
  'typecheck',
];
/** Those that are a folder. */
const folders = ['peers', 'typecheck'];
const chosen = process.argv.slice(2).length > 0 ? process.argv.slice(2) : all;

const number = (value) => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

function verdict(value, anchor, target) {
  if (target === undefined) return '';
  const { atLeast, atMost, times } = target;
  const compared = times ? value / anchor : value;
  const met = atLeast === undefined ? compared <= atMost : compared >= atLeast;
  const wanted = `${atLeast === undefined ? '≤' : '≥'} ${(atLeast ?? atMost).toLocaleString('en')}${times ? '×' : ''}`;
  return `   target ${wanted}: ${met ? 'met' : 'MISSED'}`;
}

for (const name of chosen) {
  if (!all.includes(name) && !onDemand.includes(name)) {
    console.error(`unknown measurement ${name}: use ${[...all, ...onDemand].join(', ')}`);
    process.exit(1);
  }
  const script = join(import.meta.dirname, folders.includes(name) ? `${name}/main.mjs` : `${name}.mjs`);
  const result = spawnSync(process.execPath, ['--expose-gc', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
  console.log(`\n${name}`);
  for (const line of result.stdout.trim().split('\n')) {
    if (!line.startsWith('{')) {
      console.log(`  ${line}`);
      continue;
    }
    const { name: what, value, unit, anchor, target, against } = JSON.parse(line);
    const ratio =
      anchor === undefined ? '' : `   ${against}: ${number(anchor)} ${unit}, ratio ${number(value / anchor)}`;
    console.log(`  ${what.padEnd(52)} ${number(value).padStart(10)} ${unit}${ratio}${verdict(value, anchor, target)}`);
  }
}
