import fc, { type Arbitrary } from 'fast-check';
import type { Case, Step } from '../case.ts';
import { events, watch } from '../steps.ts';
import { builtinTarget } from './builtin.ts';
import { customTarget } from './custom.ts';
import { requestTo, type Target } from './requests.ts';

/** A case of requests that nobody thought of; the names in it are few, so that requests meet. */
export const randomCase: Arbitrary<Case> = fc
  .oneof(
    { weight: 2, arbitrary: builtinTarget.chain((target) => requests(target)) },
    {
      weight: 1,
      arbitrary: customTarget.chain(({ definition, target }) =>
        target.chain(requests).map((steps) => [...definition, ...steps]),
      ),
    },
  )
  .map((steps) => ({ name: 'random', steps }));

function requests(target: Target): Arbitrary<Step[]> {
  const steps = fc.array<Step>(requestTo(target), { minLength: 12, maxLength: 30, size: 'max' });
  const watched = fc.constantFrom(
    '',
    '',
    '',
    '?watch=true&timeoutSeconds=2',
    '?watch=true&timeoutSeconds=2&labelSelector=app%3Dx',
    '?watch=true&timeoutSeconds=2&fieldSelector=metadata.name%3Da',
    '?watch=true&timeoutSeconds=2&resourceVersion=0&allowWatchBookmarks=true',
    '?watch=1&timeoutSeconds=2&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan',
  );
  return fc
    .tuple(steps, watched)
    .map(([all, search]) =>
      search === '' ? all : [watch('w', target.path + search), ...all.filter(isQuick), events('w', 'end')],
    );
}

/** A version that is yet to come is waited for, longer than a watch lasts. */
function isQuick(step: Step): boolean {
  return !('request' in step && step.request.includes('resourceVersion=99999999999'));
}
