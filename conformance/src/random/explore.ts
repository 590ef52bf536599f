import fc from 'fast-check';
import type { Answer, Case } from '../case.ts';
import { type Difference, differences, isEqual } from '../compare.ts';
import { type Exception, matches } from '../exceptions.ts';
import { runCase } from '../run-case.ts';
import type { Server } from '../server.ts';
import { randomCase } from './cases.ts';
import { shrink } from './shrink.ts';

/** Where two servers answered the same requests differently. */
export interface Divergence {
  /** Ends with the request that was answered differently. */
  readonly case: Case;
  readonly request: string;
  readonly differences: readonly Difference[];
  /** What is the same of all differences of this kind, whatever the values. */
  readonly kind: string;
}

export interface Exploration {
  readonly answers: number;
  /** Cases with a difference that the list of exceptions knows. */
  readonly listed: number;
  /** Kinds of difference that were found. */
  readonly findings: number;
}

export interface ExploreOptions {
  /** Of the first case; the next case has the next number. */
  readonly seed: number;
  readonly cases: number;
  readonly exceptions: readonly Exception[];
  /** Called once per kind of difference, with the smallest case that shows it. */
  report(seed: number, smallest: Divergence): void;
}

/** Attempts to make a finding smaller. */
const SHRINK_ATTEMPTS = 120;
/** Cases under way at once: most of their time is waiting. */
const AT_ONCE = 4;

/** Sends random cases to two servers and compares the answers. After the first difference a case is not looked at further. */
export async function explore(wanted: Server, got: Server, options: ExploreOptions): Promise<Exploration> {
  const total = { answers: 0, listed: 0 };
  const known = new Set<string>();
  const compare = async (each: Case): Promise<Divergence | undefined> => {
    const { answers, divergence } = await compareServers(wanted, got, each);
    total.answers += answers;
    return divergence;
  };

  const tryCase = async (seed: number): Promise<void> => {
    const [each] = fc.sample(randomCase, { seed, numRuns: 1 });
    const first = await compare(each!);
    if (first === undefined || known.has(first.kind)) return;
    if (isListed(first, options.exceptions)) {
      total.listed++;
      return;
    }
    let smallest = first;
    const stillShows = async (smaller: Case): Promise<boolean> => {
      const found = await compare(smaller);
      if (found?.kind !== first.kind) return false;
      smallest = found;
      return true;
    };
    // What does not come again was chance.
    if (!(await stillShows(first.case)) || known.has(first.kind)) return;
    known.add(first.kind);
    await shrink(first.case, stillShows, SHRINK_ATTEMPTS);
    options.report(seed, smallest);
  };

  const seeds = Array.from({ length: options.cases }, (_, at) => options.seed + at);
  const worker = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) await tryCase(seed);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { ...total, findings: known.size };
}

async function compareServers(
  wanted: Server,
  got: Server,
  each: Case,
): Promise<{ readonly answers: number; readonly divergence?: Divergence }> {
  const [before, after] = await Promise.all([answersOf(wanted, each), answersOf(got, each)]);
  for (let at = 0; at < Math.max(before.length, after.length); at++) {
    if (isEqual(before[at], after[at])) continue;
    const request = before[at]?.request ?? after[at]?.request ?? '';
    const found = differences(before[at], after[at]);
    const steps = upToAnswer(each.steps, at);
    return {
      answers: at + 1,
      divergence: { case: { ...each, steps }, request, differences: found, kind: kindOf(request, found) },
    };
  }
  return { answers: before.length };
}

/** The steps that lead to an answer; those that wait for something, or are not recorded, have none. */
function upToAnswer(steps: Case['steps'], answer: number): Case['steps'] {
  let seen = -1;
  const last = steps.findIndex((step) => !('until' in step || 'unrecorded' in step) && ++seen === answer);
  return last < 0 ? steps : steps.slice(0, last + 1);
}

/** A server that does not answer at all has that as its answer. */
async function answersOf(server: Server, each: Case): Promise<readonly Answer[]> {
  try {
    return await runCase(server, each, { waits: false });
  } catch (error) {
    return [{ request: 'the case', status: 0, headers: {}, body: (error as Error).message }];
  }
}

/** What a row of the list of exceptions is compared with. */
export function randomId(request: string, { path, wanted, got }: Difference): string {
  return `random: ${request} ${path} ${JSON.stringify(wanted)} → ${JSON.stringify(got)}`;
}

/** Whether all of it is in the list of exceptions. */
export function isListed(
  { request, differences }: Pick<Divergence, 'request' | 'differences'>,
  exceptions: readonly Exception[],
): boolean {
  return differences.every((difference) =>
    exceptions.some((exception) => matches(exception, randomId(request, difference))),
  );
}

/** Method and place, the first path that differs, and its texts without what is quoted or counted. */
export function kindOf(request: string, found: readonly Difference[]): string {
  const [method, path = ''] = request.split(/[ ?]/);
  const first = found.find(({ path: where }) => where === 'body.message') ?? found[0];
  const shape = (value: unknown) =>
    JSON.stringify(value)
      ?.replace(/\\"[^"]*\\"|[0-9]+/g, '_')
      .slice(0, 100);
  return [
    method,
    path.split('/').length,
    first?.path.replace(/\d+/g, '_'),
    shape(first?.wanted),
    shape(first?.got),
  ].join(' ');
}
