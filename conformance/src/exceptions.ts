import { readFile } from 'node:fs/promises';

/** A difference that stays, with the reason. */
export interface Exception {
  /**
   * `subject: name of the case #number of the request`, or `random: request path-in-the-answer wanted → got` for random
   * requests; `*` stands for any text.
   */
  readonly pattern: string;
  readonly reason: string;
}

/** The exceptions in the tables of a document: rows whose first cell is one pattern in backticks. */
export function parseExceptions(markdown: string): Exception[] {
  return markdown.split('\n').flatMap((line) => {
    const row = /^\|\s*`([^`]+)`\s*\|\s*(.*?)\s*\|\s*$/.exec(line);
    return row === null ? [] : [{ pattern: row[1] ?? '', reason: row[2] ?? '' }];
  });
}

export async function readExceptions(file: string): Promise<Exception[]> {
  return parseExceptions(await readFile(file, 'utf8'));
}

/** Whether a pattern speaks of a request. */
export function matches({ pattern }: Exception, id: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(id);
}
