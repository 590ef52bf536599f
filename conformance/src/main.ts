// Compares a server with the recorded answers, or records them. `npm run conformance -- [--kubeconfig F] [--record] [subject …]`,
// or compares random requests: `--random CASES --kubeconfig F [--seed S]`
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describe } from './compare.ts';
import { readExceptions } from './exceptions.ts';
import { readGolden, writeGolden } from './goldens.ts';
import { judge, outdated } from './judge.ts';
import { exploreLive } from './random/main.ts';
import { runSubject } from './run-subject.ts';
import { embeddedServer, liveServer, type Server } from './server.ts';
import { subjects } from './subjects/index.ts';

const { values, positionals } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    record: { type: 'boolean', default: false },
    random: { type: 'string' },
    seed: { type: 'string' },
  },
  allowPositionals: true,
});
const home = join(import.meta.dirname, '..');
const folder = join(home, 'golden');
const list = join(home, '..', 'docs', 'fidelity.md');
const unknown = positionals.filter((id) => !subjects.some((subject) => subject.id === id));
if (unknown.length > 0) fail(`unknown subject ${unknown.join(', ')}: use ${subjects.map(({ id }) => id).join(', ')}`);
if (values.record && values.kubeconfig === undefined)
  fail('--record needs --kubeconfig: answers are recorded from a real API server');
if (values.random !== undefined && values.kubeconfig === undefined)
  fail('--random needs --kubeconfig: the embedded server is compared with a real API server');
const chosen = positionals.length === 0 ? subjects : subjects.filter(({ id }) => positionals.includes(id));

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function count(text: string): number {
  return /^[1-9]\d*$/.test(text) ? Number(text) : fail(`--random takes a number of cases, not ${text}`);
}

async function versionOf(server: Server): Promise<string> {
  const response = await server.transport.request({ method: 'GET', path: '/version' });
  return ((await response.json()) as { gitVersion: string }).gitVersion;
}

async function record(server: Server): Promise<void> {
  const version = await versionOf(server);
  for (const subject of chosen) {
    const answers = await runSubject(server, subject);
    await writeGolden(folder, subject.id, { server: version, answers });
    console.log(`${subject.id}: ${Object.values(answers).flat().length} answers recorded`);
  }
}

async function compare(open: () => Promise<Server>): Promise<boolean> {
  const exceptions = await readExceptions(list);
  const total = { equal: 0, listed: [] as string[], different: 0 };
  for (const subject of chosen) {
    const golden = await readGolden(folder, subject.id);
    if (golden === undefined) fail(`nothing is recorded for ${subject.id}: record it with --record --kubeconfig F`);
    await using server = await open();
    const { equal, listed, different } = judge(subject, golden.answers, await runSubject(server, subject), exceptions);
    for (const { id, request, differences } of different) {
      console.log(`\n${id}\n  ${request}`);
      for (const difference of differences) console.log(`    ${describe(difference)}`);
    }
    console.log(`${subject.id}: ${equal} equal, ${listed.length} listed exceptions, ${different.length} different`);
    total.equal += equal;
    total.listed.push(...listed);
    total.different += different.length;
  }
  const old = chosen === subjects ? outdated(exceptions, total.listed) : [];
  for (const { pattern } of old) console.log(`\nlisted in docs/fidelity.md, but equal: ${pattern}`);
  console.log(`\nin all: ${total.equal} equal, ${total.listed.length} listed exceptions, ${total.different} different`);
  return total.different === 0 && (values.kubeconfig !== undefined || old.length === 0);
}

const { kubeconfig } = values;
const open = kubeconfig === undefined ? embeddedServer : () => liveServer(kubeconfig);
if (values.random !== undefined && kubeconfig !== undefined) {
  const seed = values.seed ?? Date.now() % 1_000_000_000;
  if (!(await exploreLive(kubeconfig, count(values.random), Number(seed), list))) process.exitCode = 1;
} else if (values.record) {
  await using server = await open();
  await record(server);
} else if (!(await compare(open))) process.exitCode = 1;
