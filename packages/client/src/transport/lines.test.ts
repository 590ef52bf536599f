import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineSplitter } from './lines.ts';

function split(chunks: readonly Buffer[]): string[] {
  const splitter = lineSplitter();
  const lines: string[] = [];
  for (const chunk of chunks) for (const line of splitter.push(chunk)) lines.push(line.toString());
  const rest = splitter.end();
  return rest === undefined ? lines : [...lines, rest.toString()];
}

test('lines come out the same however their bytes are cut', () => {
  const line = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((text) => !text.includes('\n') && /[^\0- ]/.test(text));
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat({ max: 7 })), fc.boolean(), (lines, cuts, closed) => {
      const bytes = Buffer.from(lines.join('\n') + (closed ? '\n' : ''));
      const chunks: Buffer[] = [];
      let start = 0;
      for (const cut of cuts) {
        chunks.push(bytes.subarray(start, start + cut));
        start += cut;
      }
      chunks.push(bytes.subarray(start));
      expect(split(chunks)).toEqual(lines.map((text) => Buffer.from(text).toString()));
    }),
  );
});

test('a long line in tiny chunks costs linear time', () => {
  const byte = Buffer.from('x');
  const chunks = Array.from({ length: 200_000 }, () => byte);
  expect(split([...chunks, Buffer.from('\n')])[0]).toHaveLength(200_000);
});

test('empty lines are left out', () => {
  expect(split([Buffer.from('\n\r\na\n\n')])).toEqual(['a']);
});
