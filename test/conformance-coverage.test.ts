import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { subjects } from '../conformance/src/subjects/index.ts';
import { root } from './support/command.ts';

const rows = readFileSync(join(root, 'conformance', 'COVERAGE.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2);
/** Texts in backticks: subjects, `subject: case`, or files. */
const places = rows.flatMap((row) =>
  [...(row.split(' | ')[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, place]) => place!),
);

test('the table of what is covered names cases and tests that there are', () => {
  const known = new Set(subjects.flatMap(({ id, cases }) => [id, ...cases.map(({ name }) => `${id}: ${name}`)]));
  expect(places.length).toBeGreaterThan(100);
  expect(places.filter((place) => !known.has(place) && !existsSync(join(root, place)))).toEqual([]);
});

test('the table of what is covered has every number once', () => {
  const numbers = rows.flatMap((row) => /^\| (D\d+) /.exec(row)?.[1] ?? []);
  expect(numbers).toEqual(Array.from({ length: 70 }, (_, index) => `D${index + 1}`));
});
