import type { JsonObject } from '@opwright/machinery';
import type { MutableObject } from '../kind.ts';
import { at, ensure, field } from '../tree.ts';

/** Who should hold a lease, and how that is chosen, belong to a feature that is off. */
export function prepareLease(lease: MutableObject, old: JsonObject | undefined): void {
  const spec = ensure(lease, 'spec');
  for (const key of ['strategy', 'preferredHolder']) if (field(at(old, 'spec'), key) === undefined) delete spec[key];
}
