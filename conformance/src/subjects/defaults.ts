import type { Subject } from '../case.ts';
import { get, post } from '../steps.ts';
import minimal from './minimal-objects.json' with { type: 'json' };

interface MinimalObject {
  /** Of the collection. */
  readonly path: string;
  readonly object: { readonly metadata: { readonly name?: string } };
}

const objects: readonly MinimalObject[] = minimal;

const LATER = ['apiservices', 'customresourcedefinitions', 'flowschemas'];

/** D59: what the server adds to the smallest objects of each kind. */
export const defaults: Subject = {
  id: 'defaults',
  cases: objects.map(({ path, object }) => {
    const plural = path.slice(path.lastIndexOf('/') + 1);
    const name = object.metadata.name ?? '';
    return {
      name: `${plural} ${name.replace('-{{run}}', '')} gets its defaults`,
      // What is found out about an API service or a definition comes some time later.
      steps: [post(path, object), ...(LATER.includes(plural) ? [] : [get(`${path}/${name}`)])],
    };
  }),
};
