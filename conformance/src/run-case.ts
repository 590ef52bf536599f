import { randomBytes } from 'node:crypto';
import type { Answer, Case, Headers, ReviewsStep, Step } from './case.ts';
import { cleanUp } from './clean-up.ts';
import { type Capture, capture, exchange, type RawAnswer, sendStep } from './exchange.ts';
import { normalise, type Raw } from './normalise.ts';
import type { Server } from './server.ts';
import { expand, type Variables, valueAt } from './variables.ts';
import { startWebhookServer } from './webhook-server.ts';

/** One step's answer before normalisation. */
interface Recorded extends Raw {
  readonly request: string;
  readonly status?: number;
  readonly ended?: boolean;
}

/**
 * Sends the steps of a case in order and returns their answers, normalised. What the case made is deleted afterwards, and
 * gone when the next one begins unless it need not be.
 */
export async function runCase(server: Server, wanted: Case, { waits = true } = {}): Promise<Answer[]> {
  const captures = new Map<string, Capture>();
  const made: string[] = [];
  const recorded: Recorded[] = [];
  const variables = await ownPlace(server, wanted.clusterWide ?? false, made);
  const webhooks = wanted.webhooks ? await startWebhookServer() : undefined;
  if (webhooks !== undefined) variables.set('webhook', webhooks.url).set('caBundle', webhooks.caBundle);
  try {
    for (const step of wanted.steps) {
      if ('reviews' in step) {
        const asked = webhooks?.take() ?? [];
        recorded.push({ request: 'REVIEWS', value: step.reviews === 'last' ? asked.slice(-1) : asked });
        continue;
      }
      const answer = await runStep(server, step, variables, captures, made);
      if (answer !== undefined) recorded.push(answer);
      if ('request' in step && step.essential && (answer?.status ?? 0) >= 400) break;
    }
  } finally {
    for (const open of captures.values()) open.close();
    await cleanUp(server, made, waits);
    await webhooks?.[Symbol.asyncDispose]();
  }
  const now = new Date();
  return normalise(recorded, variables, now).map((raw, at) => answerOf(recorded[at]!, raw));
}

/** Letters that no Kubernetes word contains, so that they can be found again in the answers. */
function ownNames(): Variables {
  const run = `q${[...randomBytes(5)].map((byte) => 'bcdfghjkmnpqrtvwxz'[byte % 18]).join('')}q`;
  return new Map([
    ['run', run],
    ['ns', `ns-${run}`],
  ]);
}

/** The names of a case, for which it has made a namespace unless it needs none. */
async function ownPlace(server: Server, clusterWide: boolean, made: string[]): Promise<Variables> {
  for (;;) {
    const variables = ownNames();
    if (clusterWide) return variables;
    const name = variables.get('ns');
    const body = { json: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } };
    const { status, text } = await exchange(server.transport, { method: 'POST', path: '/api/v1/namespaces', body });
    // On a server without controllers a namespace never goes, and of many cases two may draw one name.
    if (status === 409) continue;
    if (status !== 201) throw new Error(`cannot create a namespace: ${text}`);
    made.push(`/api/v1/namespaces/${name}`);
    return variables;
  }
}

async function runStep(
  server: Server,
  step: Exclude<Step, ReviewsStep>,
  variables: Variables,
  captures: Map<string, Capture>,
  made: string[],
): Promise<Recorded | undefined> {
  if ('watch' in step) {
    const opened = await capture(server, step, variables);
    captures.set(step.name, opened);
    return { request: `WATCH ${step.watch}`, ...recordOf(opened.opened) };
  }
  if ('events' in step) {
    const from = captures.get(step.events);
    if (from === undefined) throw new Error(`no watch is named ${step.events}`);
    const { events, ended } = await from.take(step.count, step.withinMs);
    return { request: `EVENTS ${step.events}`, value: events, ended };
  }
  const answer = await sendStep(server, step, variables);
  const path = madeBy(expand(step.request, variables), answer);
  if (path !== undefined) made.push(path);
  const parsed = parse(answer.text);
  for (const [name, from] of Object.entries(step.save ?? {})) {
    const value = valueAt(parsed, from);
    if (value !== undefined) variables.set(name, String(value));
  }
  for (const [name, from] of Object.entries(step.saveHeaders ?? {})) variables.set(name, String(answer.headers[from]));
  if (step.until !== undefined && answer.isSo) return undefined;
  if (step.until !== undefined)
    return { request: `UNTIL ${step.request}`, value: '', status: answer.status, headers: {} };
  if (step.unrecorded) return undefined;
  const record = recordOf(answer);
  if (step.raw) return { request: step.request, ...record, value: answer.text };
  if (step.keep !== undefined) return { request: step.request, ...record, value: keep(parsed, step.keep) };
  return { request: step.request, ...record };
}

/** The path of the cluster-wide object that a request has created. */
function madeBy(request: string, { status, text }: RawAnswer): string | undefined {
  const [method, path = ''] = request.split(/[ ?]/);
  if (status !== 201 || path.includes('/namespaces/') || request.includes('dryRun')) return undefined;
  if (method !== 'POST') return path;
  const name = valueAt(parse(text), 'metadata.name');
  return typeof name === 'string' ? `${path}/${name}` : undefined;
}

function recordOf({ status, headers, text, value = parse(text) }: RawAnswer): Omit<Recorded, 'request'> {
  return { status, headers, value };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function keep(value: unknown, paths: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    paths.map((path) => {
      if (!path.endsWith('.*')) return [path, valueAt(value, path) ?? null];
      const map = path === '.*' ? value : valueAt(value, path.slice(0, -2));
      return [path, typeof map === 'object' && map !== null ? Object.keys(map) : null];
    }),
  );
}

function answerOf({ request, status, ended }: Recorded, { headers, value }: Raw): Answer {
  if (status === undefined) return { request, events: value as unknown[], ...(ended && { ended }) };
  return { request, status, headers: headers as Headers, ...(value !== '' && { body: value }) };
}
