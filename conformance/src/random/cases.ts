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
  );
  return fc
    .tuple(steps, watched)
    .map(([all, search]) => (search === '' ? all : [watch('w', target.path + search), ...all, events('w', 'end')]));
}
