import {
  type FieldRequirement,
  matchFields,
  matchLabels,
  parseFieldSelector,
  parseLabelSelector,
  SelectorError,
} from '@opwright/machinery';
import type { ServedKind } from '../kinds/kind.ts';
import type { StoredObject } from '../store/object.ts';
import { badRequest } from './errors.ts';

/** What a list, watch or deletecollection is about. */
export interface ObjectSelection {
  /** Undefined when every object is selected. */
  readonly matches: ((object: StoredObject) => boolean) | undefined;
}

/**
 * The predicate of label and field selectors over objects of a kind, in the version of that kind.
 *
 * @throws StatusError 400 for a selector that cannot be read, or asks for a field that the kind does not offer
 */
export function objectSelection(kind: ServedKind, labels: string, fields: string, name = ''): ObjectSelection {
  const labelSelector = reading(() => parseLabelSelector(labels));
  const fieldSelector = reading(() => parseFieldSelector(fields)).map((requirement) => checkField(kind, requirement));
  if (labelSelector.length === 0 && fieldSelector.length === 0 && name === '') return { matches: undefined };
  return {
    matches: (object) =>
      (name === '' || object.metadata.name === name) &&
      matchLabels(labelSelector, object.metadata.labels) &&
      matchFields(fieldSelector, (field) => fieldOf(kind, object, field)),
  };
}

/** Selectors that cannot be read are refused before anything else about a list is. @throws StatusError 400 */
export function checkSelectors(query: URLSearchParams): void {
  reading(() => parseLabelSelector(query.get('labelSelector') ?? ''));
  reading(() => parseFieldSelector(query.get('fieldSelector') ?? ''));
}

function fieldOf(kind: ServedKind, object: StoredObject, field: string): string {
  if (field === 'metadata.name') return object.metadata.name;
  if (field === 'metadata.namespace') return object.metadata.namespace ?? '';
  return kind.selectableField(object, field);
}

function checkField(kind: ServedKind, requirement: FieldRequirement): FieldRequirement {
  const { field } = requirement;
  // Kinds without a say of their own offer both, also where objects have no namespace.
  const isNameOnly = kind.scope === 'Cluster' && (kind.custom || kind.fieldRefusal !== undefined);
  const always = isNameOnly ? ['metadata.name'] : ['metadata.name', 'metadata.namespace'];
  if (always.includes(field) || kind.selectableFields.includes(field)) return requirement;
  if (kind.fieldRefusal !== undefined) throw badRequest(kind.fieldRefusal(field));
  throw badRequest(
    `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}

function reading<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}
