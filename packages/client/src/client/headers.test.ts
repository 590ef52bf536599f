import { expect, test } from 'vitest';
import { warningTexts } from './headers.ts';

test('the text of a warning is unquoted', () => {
  expect(warningTexts(['299 - "unknown field \\"spec.\\\\x\\""'])).toEqual(['unknown field "spec.\\x"']);
});

test('several warnings may share a header line, commas and all', () => {
  expect(warningTexts(['299 - "a, b", 299 kube "c" "Wed, 21 Oct 2015 07:28:00 GMT"', '299 - "d"'])).toEqual([
    'a, b',
    'c',
    'd',
  ]);
});

test('other codes and broken lines are no warnings', () => {
  expect(warningTexts(['199 - "misc"', '299 - unquoted', ''])).toEqual([]);
});
