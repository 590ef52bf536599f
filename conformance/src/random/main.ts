import { describe } from '../compare.ts';
import { readExceptions } from '../exceptions.ts';
import { embeddedServer, type Server } from '../server.ts';
import { type Divergence, explore } from './explore.ts';

/** Compares the embedded server with a live one by random cases; false when they differ. */
export async function exploreLive(live: Server, cases: number, seed: number, list: string): Promise<boolean> {
  await using embedded = await embeddedServer();
  const exceptions = await readExceptions(list);
  const pair = { wanted: live, got: embedded, exceptions };
  const { answers, listed, findings } = await explore(pair, { seed, cases, report });
  console.log(`\nseeds ${seed} to ${seed + cases - 1}: ${answers} answers, ${listed} listed, ${findings} different`);
  return findings === 0;
}

function report(seed: number, { case: { steps }, request, differences }: Divergence): void {
  console.log(`\nseed ${seed} (again: --random 1 --seed ${seed})\n  ${request}`);
  for (const difference of differences) console.log(`    ${describe(difference)}`);
  console.log('  steps:');
  for (const step of steps) console.log(`    ${JSON.stringify(step)},`);
}
