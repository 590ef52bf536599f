import type { Case, RequestStep, Step } from '../case.ts';

/** Tells whether a smaller case still shows what a case is about. */
export type StillShows = (smaller: Case) => Promise<boolean>;

/**
 * Takes away from a case what is not needed to show its last step's difference: steps, then parameters, headers and parts
 * of bodies, the last step's first. Stops when nothing can go, or after so many attempts.
 */
export async function shrink(whole: Case, stillShows: StillShows, attempts: number): Promise<Case> {
  let smallest = whole;
  let left = attempts;
  for (let progress = true; progress; ) {
    progress = false;
    for (const smaller of [...smallerCases(smallest)]) {
      if (left-- <= 0) return smallest;
      if (!(await stillShows(smaller))) continue;
      smallest = smaller;
      progress = true;
      break;
    }
  }
  return smallest;
}

function* smallerCases(whole: Case): Generator<Case> {
  const { steps } = whole;
  const withSteps = (changed: readonly Step[]): Case => ({ ...whole, steps: changed });
  // Halves first: most steps have nothing to do with it.
  for (let length = Math.floor(steps.length / 2); length >= 1; length = Math.floor(length / 2)) {
    for (let from = 0; from + length < steps.length; from += length) {
      const gone = steps.slice(from, from + length);
      if (gone.some(isNeeded)) continue;
      yield withSteps([...steps.slice(0, from), ...steps.slice(from + length)]);
    }
  }
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at]!;
    if (!('request' in step) || isNeeded(step)) continue;
    for (const smaller of smallerRequests(step))
      yield withSteps(steps.map((each, place) => (place === at ? smaller : each)));
  }
}

/** What defines the resource and waits for it stays as it is. */
function isNeeded(step: Step): boolean {
  return 'request' in step && (step.essential === true || step.until !== undefined || step.unrecorded === true);
}

function* smallerRequests(step: RequestStep): Generator<RequestStep> {
  const [path = '', query = ''] = step.request.split('?');
  const parameters = query === '' ? [] : query.split('&');
  for (const parameter of parameters) {
    const kept = parameters.filter((other) => other !== parameter);
    yield { ...step, request: kept.length === 0 ? path : `${path}?${kept.join('&')}` };
  }
  for (const name of Object.keys(step.headers ?? {})) {
    if (name === 'content-type') continue;
    const { [name]: _gone, ...headers } = step.headers ?? {};
    yield { ...step, headers };
  }
  if (step.body !== undefined && 'json' in step.body)
    for (const json of smallerValues(step.body.json)) yield { ...step, body: { json } };
}

/** The value without one of its parts, the outer ones first. */
function* smallerValues(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) yield value.filter((_, place) => place !== at);
    for (let at = 0; at < value.length; at++)
      for (const item of smallerValues(value[at])) yield value.map((other, place) => (place === at ? item : other));
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    for (const [key] of entries) yield Object.fromEntries(entries.filter(([other]) => other !== key));
    for (const [key, item] of entries)
      for (const smaller of smallerValues(item))
        yield Object.fromEntries(entries.map(([other, same]) => [other, other === key ? smaller : same]));
  }
}
