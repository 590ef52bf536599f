import type { Answer, Subject } from './case.ts';
import { runCase } from './run-case.ts';
import type { Server } from './server.ts';

/** Sends the cases of a subject, one after the other, and returns their answers by the name of the case. */
export async function runSubject(server: Server, subject: Subject): Promise<Record<string, Answer[]>> {
  const answers: Record<string, Answer[]> = {};
  for (const each of subject.cases) {
    try {
      answers[each.name] = await runCase(server, each);
    } catch (cause) {
      throw new Error(`${subject.id}: ${each.name}: ${(cause as Error).message}`, { cause });
    }
  }
  return answers;
}
