import { expect, test } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

function controlled() {
  const groups: (readonly number[])[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const commits = createGroupCommit<number>((group) => {
    groups.push(group);
    return new Promise((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())));
  });
  const end = async (error?: Error) => {
    ends.shift()?.(error);
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return { commits, groups, end };
}

test('what comes during a commit is the next group, and nobody is told before theirs is done', async () => {
  const { commits, groups, end } = controlled();
  const seen: string[] = [];
  commits.add(1);
  commits.add(2);
  commits.whenDone(() => seen.push('first'));
  await Promise.resolve();
  commits.whenDone(() => seen.push('under way'));
  commits.add(3);
  commits.whenDone(() => seen.push('second'));
  expect(groups).toEqual([[1, 2]]);
  await end();
  expect(seen).toEqual(['first']);
  expect(groups).toEqual([[1, 2], [3]]);
  await end();
  expect(seen).toEqual(['first', 'under way', 'second']);
  commits.whenDone(() => seen.push('idle'));
  expect(seen.at(-1)).toBe('idle');
});

test('who waits from within a call is called too, behind what was added', async () => {
  const { commits, end } = controlled();
  const seen: string[] = [];
  commits.add(1);
  commits.whenDone(() => {
    commits.whenDone(() => seen.push('nothing added'));
    commits.add(2);
    commits.whenDone(() => seen.push('added'));
  });
  await Promise.resolve();
  await end();
  expect(seen).toEqual([]);
  await end();
  expect(seen).toEqual(['nothing added', 'added']);
});

test('after a failure nothing is committed and everybody is told', async () => {
  const { commits, groups, end } = controlled();
  const seen: unknown[] = [];
  commits.add(1);
  commits.whenDone((failure) => seen.push(failure?.message));
  await Promise.resolve();
  commits.add(2);
  commits.whenDone((failure) => seen.push(failure?.message));
  await end(new Error('disk full'));
  commits.add(3);
  commits.whenDone((failure) => seen.push(failure?.message));
  await end();
  expect(groups).toEqual([[1]]);
  expect(seen).toEqual(['disk full', 'disk full', 'disk full']);
});
