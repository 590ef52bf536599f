// Kills a cluster on disk while it is written to: `node bench/kill.mjs --kills 500 --seed 1`, after `npm run build`.
// Exit code 1 when something acknowledged is lost. The seed repeats the requests; the moments depend on the machine.
import { parseArgs } from 'node:util';
import { runKills } from './kill/suite.mjs';
import { percentile } from './support.mjs';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '500' }, seed: { type: 'string', default: '1' } },
});
const startedAt = performance.now();
const report = await runKills({
  kills: Number(values.kills),
  seed: values.seed,
  onKill: (kill) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${kill} kills`);
    else if (kill % 50 === 0) console.error(`${kill} kills, ${Math.round((performance.now() - startedAt) / 1000)} s`);
  },
});
const { kills, during, acknowledged, revision, replays, expired, starts, violations } = report;
console.log(`${kills} kills (${during} during a start), seed ${values.seed}`);
console.log(`  acknowledged writes      ${acknowledged}, last revision ${revision}`);
console.log(`  watches that went on     ${starts.length - expired}, that got 410: ${expired}`);
console.log(`  watches from long ago    same events: ${replays.same}, 410: ${replays.gone}`);
console.log(
  `  start until it answers   p50 ${Math.round(percentile(starts, 50))} ms, p99 ${Math.round(percentile(starts, 99))} ms`,
);
console.log(`  violations               ${violations.length}`);
for (const violation of violations.slice(0, 20)) console.log(`    ${violation}`);
process.exitCode = violations.length === 0 ? 0 : 1;
