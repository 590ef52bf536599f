import fc, { type Arbitrary } from 'fast-check';
import type { Step } from '../case.ts';
import { post } from '../steps.ts';
import { CRDS, definition, served, version, WIDGETS, widget } from '../subjects/widgets.ts';
import type { Edit } from './edits.ts';
import { SCALES } from './kind.ts';
import type { Target } from './requests.ts';
import { objectSchema, type RandomSchema } from './schemas.ts';
import { edit, junk, metadataEdit } from './values.ts';

/** A definition of custom resources and requests about them. */
export interface CustomTarget {
  readonly definition: readonly Step[];
  readonly target: Arbitrary<Target>;
}

export const customTarget: Arbitrary<CustomTarget> = fc
  .record({
    spec: objectSchema,
    status: objectSchema,
    separate: fc.boolean(),
    scaled: fc.boolean(),
  })
  .map(({ spec, status, separate, scaled }) => ({
    definition: defined(spec, status, separate, separate && scaled),
    target: fc.array(spec.value, { minLength: 1, maxLength: 2 }).map((values) => ({
      path: WIDGETS,
      subresources: separate ? ['status'] : [],
      parts: separate && scaled ? SCALES : [],
      fields: ['metadata.name', 'spec.a'],
      object: (name) => widget(name, values[0]),
      edit: fc.oneof(
        { weight: 4, arbitrary: valueEdit('spec', spec.value) },
        { weight: 2, arbitrary: valueEdit('status', status.value) },
        { weight: 2, arbitrary: metadataEdit },
        { weight: 1, arbitrary: edit(['spec'], junk) },
        {
          weight: 1,
          arbitrary: fc
            .tuple(fc.constantFrom('a', 'b', 'c', 'bogus'), junk)
            .map(([key, value]) => ({ path: ['spec', key], value })),
        },
      ),
    })),
  }));

/** The whole of a part, or one field of it. */
function valueEdit(part: string, values: Arbitrary<unknown>): Arbitrary<Edit> {
  return fc.tuple(values, fc.nat(3)).map(([value, which]) => {
    const entries = Object.entries(value as object);
    const one = entries[which];
    return one === undefined ? { path: [part], value } : { path: [part, one[0]], value: one[1] };
  });
}

function defined(spec: RandomSchema, status: RandomSchema, separate: boolean, scaled: boolean): Step[] {
  const schema = { type: 'object', properties: { spec: spec.schema, status: status.schema } };
  const scale = { specReplicasPath: '.spec.a', statusReplicasPath: '.status.a', labelSelectorPath: '.status.b' };
  const subresources = { status: {}, ...(scaled && { scale }) };
  const only = version(schema, separate ? { subresources } : {});
  return [
    post(CRDS, definition([only]), { keep: ['message', 'details', 'code'], essential: true }),
    ...served,
    // Kubernetes holds a create for two seconds when the definition is younger than that: a watch would be over before.
    post(`${WIDGETS}?dryRun=All`, widget('a', {}), { unrecorded: true }),
  ];
}
