import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answers } from './case.ts';

/** The recorded answers of one subject, and who gave them. */
export interface Golden {
  /** gitVersion of the API server. */
  readonly server: string;
  readonly answers: Answers;
}

const fileOf = (folder: string, subject: string) => join(folder, `${subject}.json`);

/** What was recorded for a subject, or undefined when nothing was. */
export async function readGolden(folder: string, subject: string): Promise<Golden | undefined> {
  let text: string;
  try {
    text = await readFile(fileOf(folder, subject), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text);
}

/** Writes one answer per line, so that a change of one answer is a change of one line. */
export async function writeGolden(folder: string, subject: string, { server, answers }: Golden): Promise<void> {
  const cases = Object.entries(answers).map(([name, list]) => {
    const lines = list.map((answer) => `  ${JSON.stringify(answer)}`).join(',\n');
    return `${JSON.stringify(name)}: [\n${lines}\n]`;
  });
  await writeFile(
    fileOf(folder, subject),
    `{\n"server": ${JSON.stringify(server)},\n"answers": {\n${cases.join(',\n')}\n}}\n`,
  );
}
