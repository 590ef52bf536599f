import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { describe as lines } from '../conformance/src/compare.ts';
import { type Exception, readExceptions } from '../conformance/src/exceptions.ts';
import { readGolden } from '../conformance/src/goldens.ts';
import { judge, outdated, type Verdict } from '../conformance/src/judge.ts';
import { runSubject } from '../conformance/src/run-subject.ts';
import { embeddedServer } from '../conformance/src/server.ts';
import { subjects } from '../conformance/src/subjects/index.ts';
import { root } from './support/command.ts';

describe('the embedded API server answers as recorded from a real one, or as docs/fidelity.md says', () => {
  const verdicts = new Map<string, Verdict>();
  let exceptions: Exception[];

  beforeAll(async () => {
    exceptions = await readExceptions(join(root, 'docs', 'fidelity.md'));
    // Each subject has a server of its own: their waits overlap.
    await Promise.all(
      subjects.map(async (subject) => {
        const golden = await readGolden(join(root, 'conformance', 'golden'), subject.id);
        await using server = await embeddedServer(subject);
        verdicts.set(subject.id, judge(subject, golden?.answers ?? {}, await runSubject(server, subject), exceptions));
      }),
    );
  }, 300_000);

  for (const { id, cases } of subjects) {
    test(`${id}: ${cases.length} cases`, () => {
      const different = verdicts.get(id)?.different ?? [];
      const report = different.map(({ id: where, request, differences }) =>
        [`${where}: ${request}`, ...differences.map(lines)].join('\n    '),
      );
      expect(report).toEqual([]);
      expect(verdicts.get(id)?.equal).toBeGreaterThan(0);
    });
  }

  test('every listed difference is still one', () => {
    const listed = [...verdicts.values()].flatMap((verdict) => verdict.listed);
    expect(outdated(exceptions, listed).map(({ pattern }) => pattern)).toEqual([]);
  });

  test('every listed difference has a reason', () => {
    expect(exceptions.filter(({ reason }) => reason.length < 10)).toEqual([]);
  });
});
