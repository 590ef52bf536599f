import type { DefinitionCondition } from '../kinds/strategy/definition-conditions.ts';
import type { Definition, DefinitionNames } from './definition.ts';

/** Which names a definition gets. */
export interface Naming {
  readonly accepted: DefinitionNames;
  readonly conditions: readonly [names: DefinitionCondition, established: DefinitionCondition];
}

/**
 * Compares the names that a definition asks for with those that the others of its group have been given. A name that is
 * taken keeps the whole definition from being served; names that it had before stay its own.
 */
export function acceptNames(definition: Definition, had: DefinitionNames, others: readonly DefinitionNames[]): Naming {
  const wanted = definition.names;
  const taken = new Set(others.flatMap((names) => [names.plural, names.singular, ...names.shortNames]));
  const kinds = new Set(others.flatMap((names) => [names.kind, names.listKind]));
  let conflict: readonly [reason: string, name: string] | undefined;
  const choose = (reason: string, name: string, before: string, used: ReadonlySet<string>): string => {
    if (!used.has(name)) return name;
    conflict = [reason, name];
    return before;
  };
  const plural = choose('PluralConflict', wanted.plural, had.plural, taken);
  const singular = choose('SingularConflict', wanted.singular, had.singular, taken);
  const shortConflict = wanted.shortNames.find((name) => taken.has(name));
  if (shortConflict !== undefined) conflict = ['ShortNamesConflict', shortConflict];
  const kind = choose('KindConflict', wanted.kind, had.kind, kinds);
  const listKind = choose('ListKindConflict', wanted.listKind, had.listKind, kinds);
  const accepted: DefinitionNames = {
    plural,
    singular,
    kind,
    listKind,
    shortNames: shortConflict === undefined ? wanted.shortNames : had.shortNames,
    categories: wanted.categories,
  };
  return { accepted, conditions: conditionsOf(conflict) };
}

function conditionsOf(conflict: readonly [reason: string, name: string] | undefined): Naming['conditions'] {
  if (conflict !== undefined) {
    const [reason, name] = conflict;
    return [
      { type: 'NamesAccepted', status: 'False', reason, message: `${JSON.stringify(name)} is already in use` },
      { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
    ];
  }
  return [
    { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
    {
      type: 'Established',
      status: 'True',
      reason: 'InitialNamesAccepted',
      message: 'the initial names have been accepted',
    },
  ];
}
