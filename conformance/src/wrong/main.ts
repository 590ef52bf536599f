import { typeOf } from '@opwright/kubernetes/data';
import type { Answer, RequestStep } from '../case.ts';
import { describe, differences, isEqual } from '../compare.ts';
import { readExceptions } from '../exceptions.ts';
import { edited } from '../random/edits.ts';
import { isListed, kindOf } from '../random/explore.ts';
import { runCase } from '../run-case.ts';
import { embeddedServer, type Server } from '../server.ts';
import { post, put } from '../steps.ts';
import { type Sample, samples } from './samples.ts';
import { wrongEdits } from './wrong-values.ts';

/** Requests of one case. */
const PER_CASE = 60;
const AT_ONCE = 4;

/**
 * Compares what the embedded server and a live one say to objects with one field wrong, of the kinds whose samples' names
 * contain one of the texts; false when they differ. Every request is a dry run: creates, and updates of a valid object.
 */
export async function compareWrong(live: Server, names: readonly string[], list: string): Promise<boolean> {
  await using embedded = await embeddedServer();
  const exceptions = await readExceptions(list);
  const chosen = samples.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
  let isSame = true;
  for (const sample of chosen) {
    const found = new Map<string, string>();
    const cases = casesOf(sample);
    let answers = 0;
    const worker = async () => {
      for (let steps = cases.shift(); steps !== undefined; steps = cases.shift()) {
        const [wanted, got] = await Promise.all([answersOf(live, steps), answersOf(embedded, steps)]);
        answers += wanted.length;
        for (const [at, answer] of wanted.entries()) {
          if (isEqual(answer, got[at])) continue;
          const where = differences(answer, got[at]);
          if (isListed({ request: answer.request, differences: where }, exceptions)) continue;
          const kind = kindOf(answer.request, where);
          if (!found.has(kind))
            found.set(
              kind,
              [`${answer.request} ${shown(sample.object, steps[at])}`, ...where.map(describe)].join('\n    '),
            );
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    for (const text of found.values()) console.log(`\n  ${text}`);
    console.log(`${sample.name}: ${answers} answers, ${found.size} kinds of difference`);
    isSame &&= found.size === 0;
  }
  return isSame;
}

async function answersOf(server: Server, steps: readonly RequestStep[]): Promise<Answer[]> {
  const answers = await runCase(server, { name: 'wrong', steps }, { waits: false });
  // What an answer is called that has a uid depends on the answers before it.
  return JSON.parse(JSON.stringify(answers).replaceAll(/<uid \d+>/g, '<uid>'));
}

/** Creates, updates and updates of the status, some at a time. */
function casesOf({ path, object, apiVersion, kind, skip, status }: Sample): RequestStep[][] {
  const type = typeOf(apiVersion, kind);
  if (type === undefined) throw new Error(`no type for ${apiVersion} ${kind}`);
  const edits = [...wrongEdits(type, object, skip)];
  const name = String((object as { metadata: { name: string } }).metadata.name);
  const wrong = edits.map((edit) => edited(object, [edit]));
  const creates = wrong.map((body) => post(`${path}?dryRun=All`, body));
  const updates = wrong.map((body) => put(`${path}/${name}?dryRun=All`, body));
  const ofStatus = edits.filter((edit) => edit.path[0] === 'status').map((edit) => edited(object, [edit]));
  const statuses = status ? ofStatus.map((body) => put(`${path}/${name}/status?dryRun=All`, body)) : [];
  const base = post(path, object, { essential: true });
  return [
    ...chunks(creates),
    ...chunks(updates).map((steps) => [base, ...steps]),
    ...chunks(statuses).map((steps) => [base, ...steps]),
  ];
}

function chunks<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / PER_CASE) }, (_, at) =>
    all.slice(at * PER_CASE, (at + 1) * PER_CASE),
  );
}

/** What of an object was made wrong: the fields that differ from those of the sample. */
function shown(object: object, step: RequestStep | undefined): string {
  const body = step?.body !== undefined && 'json' in step.body ? step.body.json : undefined;
  const changes = differences(object, body).map(({ path, got }) => `${path}: ${JSON.stringify(got)?.slice(0, 200)}`);
  return changes.join(', ');
}
