import fc, { type Arbitrary } from 'fast-check';
import { coreKinds } from './core-kinds.ts';
import type { Edit } from './edits.ts';
import { groupKinds } from './group-kinds.ts';
import type { Kind } from './kind.ts';
import type { Target } from './requests.ts';
import { edit, junk, metadataEdit } from './values.ts';

/** Requests about built-in kinds. */
export const builtinTarget: Arbitrary<Target> = fc.constantFrom(...coreKinds, ...groupKinds).map(
  ({ path, subresources = [], fields = [], parts = [], object, places }): Target => ({
    path,
    subresources,
    parts,
    object,
    fields: ['metadata.name', ...fields],
    edit: fc.oneof(
      { weight: 4, arbitrary: placeEdit(places) },
      { weight: 3, arbitrary: metadataEdit },
      { weight: 1, arbitrary: junkEdit(places) },
    ),
  }),
);

function placeEdit(places: Kind['places']): Arbitrary<Edit> {
  return fc.oneof(...places.map(([path, ...values]) => edit(path.split('.'), fc.constantFrom(...values))));
}

/** A place, or one above it, with something that does not belong there. */
function junkEdit(places: Kind['places']): Arbitrary<Edit> {
  return fc.tuple(fc.constantFrom(...places), fc.nat(3), junk).map(([[path], up, value]) => {
    const keys = path.split('.');
    return { path: keys.slice(0, Math.max(1, keys.length - up)), value };
  });
}
