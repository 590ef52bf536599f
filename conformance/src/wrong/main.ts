import { typeOf } from '@opwright/kubernetes/data';
import type { RequestStep } from '../case.ts';
import { differences } from '../compare.ts';
import { readExceptions } from '../exceptions.ts';
import { edited } from '../random/edits.ts';
import { embeddedServer, type Server } from '../server.ts';
import { addTo, type Finding, type Tally } from '../side-by-side.ts';
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
  const pair = { wanted: live, got: embedded, exceptions: await readExceptions(list) };
  const chosen = samples.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
  let isSame = true;
  for (const sample of chosen) {
    const tally: Tally = { answers: 0, texts: new Map() };
    const cases = casesOf(sample);
    const worker = async () => {
      for (let steps = cases.shift(); steps !== undefined; steps = cases.shift()) {
        const sent = steps;
        const title = ({ at, request }: Finding) => `${request} ${shown(sample.object, sent[at])}`;
        // Which uid or version an answer has depends on the answers before it, and on the server's own controllers.
        await addTo(tally, pair, { name: 'wrong', steps }, title, { ordinals: false });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    for (const text of tally.texts.values()) console.log(`\n  ${text}`);
    console.log(`${sample.name}: ${tally.answers} answers, ${tally.texts.size} kinds of difference`);
    isSame &&= tally.texts.size === 0;
  }
  return isSame;
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
