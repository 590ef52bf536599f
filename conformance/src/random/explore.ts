import fc from 'fast-check';
import type { Case } from '../case.ts';
import { type Finding, type Pair, sideBySide } from '../side-by-side.ts';
import { randomCase } from './cases.ts';
import { shrink } from './shrink.ts';

/** Where two servers answered the same requests differently. */
export interface Divergence extends Finding {
  /** Ends with the request that was answered differently. */
  readonly case: Case;
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
  /** Called once per kind of difference, with the smallest case that shows it. */
  report(seed: number, smallest: Divergence): void;
}

/** Attempts to make a finding smaller. */
const SHRINK_ATTEMPTS = 120;
/** Cases under way at once: most of their time is waiting. */
const AT_ONCE = 4;

/** Sends random cases to two servers and compares the answers. After the first difference a case is not looked at further. */
export async function explore(pair: Pair, options: ExploreOptions): Promise<Exploration> {
  const total = { answers: 0, listed: 0 };
  const known = new Set<string>();
  const compare = async (each: Case): Promise<Divergence | undefined> => {
    const { answers, findings } = await sideBySide(pair, each);
    const first = findings.find(({ isListed }) => !isListed);
    total.answers += answers;
    if (first === undefined && findings.length > 0) total.listed++;
    return first && { ...first, case: { ...each, steps: upToAnswer(each.steps, first.at) } };
  };

  const tryCase = async (seed: number): Promise<void> => {
    const [each] = fc.sample(randomCase, { seed, numRuns: 1 });
    const first = await compare(each!);
    if (first === undefined || known.has(first.kind)) return;
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

/** The steps that lead to an answer; those that wait for something, or are not recorded, have none. */
function upToAnswer(steps: Case['steps'], answer: number): Case['steps'] {
  let seen = -1;
  const last = steps.findIndex((step) => !('until' in step || 'unrecorded' in step) && ++seen === answer);
  return last < 0 ? steps : steps.slice(0, last + 1);
}
