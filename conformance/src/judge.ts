import type { Answer, Subject } from './case.ts';
import { type Difference, differences, isEqual } from './compare.ts';
import { type Exception, matches } from './exceptions.ts';

/** How a server's answers stand to the recorded ones. */
export interface Verdict {
  readonly equal: number;
  /** Differences that the list of exceptions knows. */
  readonly listed: readonly string[];
  readonly different: readonly Finding[];
}

export interface Finding {
  /** `subject: name of the case #number of the request`. */
  readonly id: string;
  readonly request: string;
  readonly differences: readonly Difference[];
}

/** Compares the answers of a subject request by request. */
export function judge(
  subject: Subject,
  wanted: Readonly<Record<string, readonly Answer[]>>,
  got: Readonly<Record<string, readonly Answer[]>>,
  exceptions: readonly Exception[],
): Verdict {
  let equal = 0;
  const listed: string[] = [];
  const different: Finding[] = [];
  for (const { name } of subject.cases) {
    const before = wanted[name] ?? [];
    const after = got[name] ?? [];
    for (let at = 0; at < Math.max(before.length, after.length); at++) {
      const id = `${subject.id}: ${name} #${at + 1}`;
      if (isEqual(before[at], after[at])) equal++;
      else if (exceptions.some((exception) => matches(exception, id))) listed.push(id);
      else {
        const request = after[at]?.request ?? before[at]?.request ?? '';
        different.push({ id, request, differences: differences(before[at], after[at]) });
      }
    }
  }
  return { equal, listed, different };
}

/** Exceptions that speak of no difference any more. Whether random requests still find theirs is chance. */
export function outdated(exceptions: readonly Exception[], listed: readonly string[]): Exception[] {
  return exceptions.filter(
    (exception) => !exception.pattern.startsWith('random: ') && !listed.some((id) => matches(exception, id)),
  );
}
