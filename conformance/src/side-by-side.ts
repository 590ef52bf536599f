import type { Answer, Case } from './case.ts';
import { type Difference, describe, differences, isEqual } from './compare.ts';
import { type Exception, matches } from './exceptions.ts';
import { runCase } from './run-case.ts';
import type { Server } from './server.ts';

/** A live server and the one that is held to it. */
export interface Pair {
  readonly wanted: Server;
  readonly got: Server;
  /** Differences that are listed in docs/fidelity.md. */
  readonly exceptions: readonly Exception[];
}

/** A request that two servers answered differently. */
export interface Finding {
  /** Its place among the answers of the case. */
  readonly at: number;
  readonly request: string;
  readonly differences: readonly Difference[];
  /** What is the same of all differences of this kind, whatever the values. */
  readonly kind: string;
  readonly isListed: boolean;
}

export interface SideBySideOptions {
  /** Which uid and which version it is that an answer has, is compared. Default: true. */
  readonly ordinals?: boolean;
}

/** Sends a case to two servers and compares the answers. */
export async function sideBySide(
  { wanted, got, exceptions }: Pair,
  each: Case,
  { ordinals = true }: SideBySideOptions = {},
): Promise<{ readonly answers: number; readonly findings: readonly Finding[] }> {
  const both = await Promise.all([wanted, got].map((server) => answersOf(server, each)));
  const [before = [], after = []] = both.map((answers) => withoutChance(answers, ordinals));
  const findings: Finding[] = [];
  for (let at = 0; at < Math.max(before.length, after.length); at++) {
    if (isEqual(before[at], after[at])) continue;
    const request = before[at]?.request ?? after[at]?.request ?? '';
    const where = differences(before[at], after[at]);
    const isListed = where.every((difference) =>
      exceptions.some((exception) => matches(exception, randomId(request, difference))),
    );
    findings.push({ at, request, differences: where, kind: kindOf(request, where), isListed });
  }
  return { answers: before.length, findings };
}

/** What has been compared, and what was found, once per kind of difference. */
export interface Tally {
  answers: number;
  readonly texts: Map<string, string>;
}

/** Adds a case's differences that are not listed to a tally. `title` says what a difference is about. */
export async function addTo(
  tally: Tally,
  pair: Pair,
  each: Case,
  title: (finding: Finding) => string,
  options?: SideBySideOptions,
): Promise<void> {
  const { answers, findings } = await sideBySide(pair, each, options);
  tally.answers += answers;
  for (const finding of findings) {
    if (finding.isListed || tally.texts.has(finding.kind)) continue;
    tally.texts.set(finding.kind, [title(finding), ...finding.differences.map(describe)].join('\n    '));
  }
}

/** A server that does not answer at all has that as its answer. */
async function answersOf(server: Server, each: Case): Promise<readonly Answer[]> {
  try {
    return await runCase(server, each, { waits: false });
  } catch (error) {
    return [{ request: 'the case', status: 0, headers: {}, body: (error as Error).message }];
  }
}

/**
 * Of several fields that are not declared a real server names any, and those that a strategic merge patch has too many it names
 * in any order. Whether a Go map is empty or not there is seen in dumps of
 * Go values alone.
 */
function withoutChance(answers: readonly Answer[], ordinals: boolean): Answer[] {
  const text = JSON.stringify(answers)
    .replace(/\.[^.\s:]+: field not declared in schema/g, ': undeclared field')
    .replace(/value: [&*[\]\w.]+\(nil\)/g, 'value: <go value>');
  const told: Answer[] = JSON.parse(ordinals ? text : text.replace(/<(uid|rv) \d+>/g, '<$1>'));
  return told.map((answer) => {
    if ('events' in answer) return { ...answer, events: answer.events.filter((event) => !isByTheClock(event)) };
    if (!('headers' in answer) || !answer.request.startsWith('PATCH ')) return answer;
    const { warning: warnings } = answer.headers;
    if (!Array.isArray(warnings)) return answer;
    return { ...answer, headers: { ...answer.headers, warning: [...warnings].sort() } };
  });
}

/** A bookmark that comes when it is time for one. */
function isByTheClock(event: unknown): boolean {
  const text = JSON.stringify(event);
  return text.startsWith('{"type":"BOOKMARK"') && !text.includes('initial-events-end');
}

/** What a row of the list of exceptions is compared with. */
export function randomId(request: string, { path, wanted, got }: Difference): string {
  return `random: ${request} ${path} ${JSON.stringify(wanted)} → ${JSON.stringify(got)}`;
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
