import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './support/command.ts';

const INDEX = join('docs', 'guide', 'README.md');

interface Guarantee {
  readonly sentence: string;
  readonly page: string;
  readonly tests: readonly { readonly title: string; readonly file: string }[];
}

/** `- **sentence** [page](link)`, followed by the tests, each `  - [describe › title](file)`. */
function guarantees(): Guarantee[] {
  const text = readFileSync(join(root, INDEX), 'utf8');
  return [...text.matchAll(/^- \*\*(.+)\*\* \[.+\]\((.+)\)\n((?: {2}- .+\n?)*)/gm)].map(
    ([, sentence, page, tests]) => ({
      sentence: sentence ?? '',
      page: page ?? '',
      tests: [...(tests ?? '').matchAll(/^ {2}- \[(.+)\]\((.+)\)$/gm)].map(([, title, file]) => ({
        title: title ?? '',
        file: join(dirname(INDEX), file ?? ''),
      })),
    }),
  );
}

/** The titles of a test file as they are written, those of groups among them. */
function titlesIn(file: string): Set<string> {
  const calls = /^[ \t]*(?:(?:describe|test)(?:\.each\([\s\S]*?\))?|\]\))\(\s*(['"`])(.*?)\1,/gm;
  return new Set([...readFileSync(join(root, file), 'utf8').matchAll(calls)].map((match) => match[2] ?? ''));
}

const anchors = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );

const all = guarantees();

test('the guide lists what the runtime guarantees, and nothing in the list is of another form', () => {
  expect(all.length).toBeGreaterThan(40);
  const lines = readFileSync(join(root, INDEX), 'utf8').match(/^ *- .+$/gm) ?? [];
  expect(lines).toHaveLength(all.reduce((sum, { tests }) => sum + 1 + tests.length, 0));
});

describe('each guarantee is explained by a page and shown by tests of that name:', () => {
  test.each(all)('$sentence', ({ page, tests }) => {
    const [file = '', anchor = ''] = page.split('#');
    const path = join(root, dirname(INDEX), file);
    expect(existsSync(path), `${file} does not exist`).toBe(true);
    expect(anchors(path)).toContain(anchor);
    expect(tests.length).toBeGreaterThan(0);
    for (const { title, file } of tests) {
      const known = titlesIn(file);
      for (const part of title.split(' › ')) expect([...known], `${file} has no test "${title}"`).toContain(part);
    }
  });
});
