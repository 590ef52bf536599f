import { type FieldError, goQuote, invalidValue, type JsonObject, requiredValue } from '@opwright/machinery';
import { field, int } from '../../tree.ts';

const MOST_PARALLEL = 100_000;
const MANY = 100_000;
const MOST_OF_MANY = 10_000;

/** What is wrong with the numbers of a job whose pods have indexes. */
export function indexErrors(spec: JsonObject | undefined, path: string): FieldError[] {
  const isSet = (key: string) => field(spec, key) !== undefined;
  const [completions, parallelism, failed] = ['completions', 'parallelism', 'maxFailedIndexes'].map((key) =>
    int(spec, key),
  ) as [number, number, number];
  const errors: FieldError[] = [];
  const tooHigh = (key: string, value: number, limit: string) =>
    errors.push(invalidValue(`${path}.${key}`, value, `must be less than or equal to ${limit}`));
  if (!isSet('completions')) errors.push(requiredValue(`${path}.completions`, 'when completion mode is Indexed'));
  if (parallelism > MOST_PARALLEL) {
    tooHigh('parallelism', parallelism, `${MOST_PARALLEL} when completion mode is Indexed`);
  }
  if (isSet('completions') && isSet('maxFailedIndexes') && failed > completions)
    tooHigh('maxFailedIndexes', failed, 'completions');
  if (failed > MANY) tooHigh('maxFailedIndexes', failed, String(MANY));
  if (completions <= MANY || !isSet('backoffLimitPerIndex')) return errors;
  const when = `${MOST_OF_MANY} when completions are above ${MANY} and used with backoff limit per index`;
  if (!isSet('maxFailedIndexes')) {
    const why = `must be specified when completions is above ${MANY}`;
    errors.push(requiredValue(`${path}.maxFailedIndexes`, why));
  }
  if (parallelism > MOST_OF_MANY) tooHigh('parallelism', parallelism, when);
  if (failed > MOST_OF_MANY) tooHigh('maxFailedIndexes', failed, when);
  return errors;
}

/** How many indexes a text like `1,3-5,7` names; a text says what is wrong with it. */
export function countIndexes(text: string, completions: number): number | string {
  const intervals = indexIntervals(text, completions);
  if (typeof intervals === 'string') return intervals;
  let [total, last] = [0, Number.NEGATIVE_INFINITY];
  for (const [from, to] of intervals) {
    if (last >= from) return `non-increasing order, previous: ${last}, current: ${from}`;
    total += to - from + 1;
    last = to;
  }
  return total;
}

function indexIntervals(text: string, completions: number): (readonly [number, number])[] | string {
  const intervals: (readonly [number, number])[] = [];
  for (const part of text === '' ? [] : text.split(',')) {
    const interval = intervalOf(part, completions);
    if (typeof interval === 'string') return interval;
    intervals.push(interval);
  }
  return intervals;
}

function intervalOf(part: string, completions: number): readonly [number, number] | string {
  const limits = part.split('-');
  if (limits.length > 2) {
    return `the fragment ${goQuote(part)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  for (const limit of limits) {
    if (!/^[-+]?\d+$/.test(limit)) return `cannot convert string to integer for index: ${goQuote(limit)}`;
    if (Number(limit) >= completions) return `too large index: ${goQuote(limit)}`;
  }
  const [from, to] = [Number(limits[0]), Number(limits.at(-1))];
  if (limits.length > 1 && from >= to) return `non-increasing order, previous: ${from}, current: ${to}`;
  return [from, to];
}

/** The first index that both texts name; those that make no sense name none. */
export function sharedIndex(a: string, b: string, completions: number): number | undefined {
  const intervalsOf = (text: string) =>
    text.split(',').flatMap((part) => {
      const interval = intervalOf(part, completions);
      return typeof interval === 'string' ? [] : [interval];
    });
  const [mine, theirs] = [intervalsOf(a), intervalsOf(b)];
  const shared = mine.flatMap(([from, to]) =>
    theirs.filter(([start, end]) => from <= end && start <= to).map(([start]) => Math.max(from, start)),
  );
  return shared.length === 0 ? undefined : Math.min(...shared);
}
