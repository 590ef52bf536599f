// Compares a server with the recorded answers, or records them:
// `npm run conformance -- [--kubeconfig F | --kube-apiserver F --etcd F] [--record] [subject …]`,
// or compares random requests: `--random CASES (--kubeconfig F | --kube-apiserver F --etcd F) [--seed S]`,
// or objects with one field wrong: `--wrong (--kubeconfig F | …) [kind …]`,
// or objects in files: `--files (--kubeconfig F | …) path …`
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Subject } from './case.ts';
import { describe } from './compare.ts';
import { type Exception, readExceptions } from './exceptions.ts';
import { compareFiles } from './files/main.ts';
import { readGolden, writeGolden } from './goldens.ts';
import { judge, outdated } from './judge.ts';
import { exploreLive } from './random/main.ts';
import { runSubject } from './run-subject.ts';
import { embeddedServer, liveServer, type OpenServer, realServers, type Server } from './server.ts';
import { subjects } from './subjects/index.ts';
import { compareWrong } from './wrong/main.ts';

const { values, positionals } = parseArgs({
  options: {
    kubeconfig: { type: 'string' },
    'kube-apiserver': { type: 'string' },
    etcd: { type: 'string' },
    record: { type: 'boolean', default: false },
    random: { type: 'string' },
    seed: { type: 'string' },
    wrong: { type: 'boolean', default: false },
    files: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const home = join(import.meta.dirname, '..');
const folder = join(home, 'golden');
const list = join(home, '..', 'docs', 'fidelity.md');
/** What is compared are the subjects. */
const isRecorded = values.random === undefined && !values.wrong && !values.files;
const unknown = (isRecorded ? positionals : []).filter((id) => !subjects.some((subject) => subject.id === id));
if (unknown.length > 0) fail(`unknown subject ${unknown.join(', ')}: use ${subjects.map(({ id }) => id).join(', ')}`);
const { kubeconfig, etcd, 'kube-apiserver': kubeApiserver } = values;
if ((kubeApiserver === undefined) !== (etcd === undefined)) fail('--kube-apiserver and --etcd need each other');
if (kubeconfig !== undefined && etcd !== undefined)
  fail('--kubeconfig names a server that runs: leave out the binaries');
const isReal = kubeconfig !== undefined || etcd !== undefined;
const real = '--kubeconfig F of a real API server, or --kube-apiserver F --etcd F to start some';
if (values.record && !isReal) fail(`--record needs ${real}`);
if (!isRecorded && !isReal) fail(`--random, --wrong and --files need ${real}`);
if (values.files && positionals.length === 0) fail('--files needs paths of files or folders with YAML');
const named =
  positionals.length === 0 || !isRecorded ? subjects : subjects.filter(({ id }) => positionals.includes(id));
/** A server that runs has the flags that it has. */
const chosen = named.filter(
  ({ flags }) => kubeconfig === undefined || flags === undefined || positionals.length > 0 || !isRecorded,
);
for (const { id, flags } of isRecorded ? named : []) {
  if (kubeconfig !== undefined && flags !== undefined) console.log(`${id}: needs a server with ${flags.join(' ')}`);
}

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

async function record(open: OpenServer): Promise<void> {
  for (const group of byNeeds(chosen)) {
    await using server = await open(group[0]);
    const version = await versionOf(server);
    for (const subject of group) {
      const answers = await runSubject(server, subject);
      await writeGolden(folder, subject.id, { server: version, answers });
      console.log(`${subject.id}: ${Object.values(answers).flat().length} answers recorded`);
    }
  }
}

/** Groups of subjects that can have one server. */
function byNeeds(all: readonly Subject[]): (readonly Subject[])[] {
  const needs = ({ flags, files }: Subject) => JSON.stringify([flags, files]);
  const different = [...new Set(all.map(needs))];
  return different.map((wanted) => all.filter((subject) => needs(subject) === wanted));
}

interface Total {
  equal: number;
  readonly listed: string[];
  different: number;
}

async function judgeSubject(
  server: Server,
  subject: Subject,
  exceptions: readonly Exception[],
  total: Total,
): Promise<void> {
  const golden = await readGolden(folder, subject.id);
  if (golden === undefined) fail(`nothing is recorded for ${subject.id}: record it with --record and ${real}`);
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

async function compare(open: OpenServer): Promise<boolean> {
  const exceptions = await readExceptions(list);
  const total: Total = { equal: 0, listed: [], different: 0 };
  for (const group of byNeeds(chosen)) {
    await using server = await open(group[0]);
    for (const subject of group) await judgeSubject(server, subject, exceptions, total);
  }
  const old = chosen.length === subjects.length ? outdated(exceptions, total.listed) : [];
  for (const { pattern } of old) console.log(`\nlisted in docs/fidelity.md, but equal: ${pattern}`);
  console.log(`\nin all: ${total.equal} equal, ${total.listed.length} listed exceptions, ${total.different} different`);
  return total.different === 0 && (isReal || old.length === 0);
}

/** Opens nothing new for a server that runs already. */
function opener(): OpenServer {
  if (kubeconfig !== undefined) return () => liveServer(kubeconfig);
  return kubeApiserver === undefined || etcd === undefined ? embeddedServer : realServers(kubeApiserver, etcd);
}

const open = opener();
if (values.random !== undefined) {
  const seed = values.seed ?? Date.now() % 1_000_000_000;
  await using live = await open();
  if (!(await exploreLive(live, count(values.random), Number(seed), list))) process.exitCode = 1;
} else if (values.wrong) {
  await using live = await open();
  if (!(await compareWrong(live, positionals, list))) process.exitCode = 1;
} else if (values.files) {
  await using live = await open();
  if (!(await compareFiles(live, positionals, list))) process.exitCode = 1;
} else if (values.record) {
  await record(open);
} else if (!(await compare(open))) process.exitCode = 1;
