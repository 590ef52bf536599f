import { checkNames } from './check-names.ts';
import { pathProblems } from './check-paths.ts';
import { schemaProblems } from './check-schema.ts';
import type { NamesDefinition } from './definition.ts';
import type { ResourceVersion } from './resource.ts';

/** Throws one Error with every problem of a definition that could not become a valid CRD: where, what, and the remedy. */
export function checkDefinition(names: Required<NamesDefinition>, versions: readonly ResourceVersion[]): void {
  const problems = [
    ...checkNames(names, versions),
    ...storageProblems(versions),
    ...versions.flatMap((version) => {
      const prefix = versions.length > 1 ? `versions.${version.version}.` : '';
      const found = [...schemaProblems(version.schema), ...pathProblems(version)];
      return found.map((problem) => `${prefix}${problem}`);
    }),
  ];
  if (problems.length === 0) return;
  const list = problems.map((problem) => `  - ${problem}`).join('\n');
  throw new Error(`${names.kind}.${names.group} cannot become a valid CustomResourceDefinition:\n${list}`);
}

function storageProblems(versions: readonly ResourceVersion[]): string[] {
  if (versions.length === 0) return ['versions: there is none; say version or versions'];
  const storage = versions.filter((version) => version.storage).map((version) => version.version);
  if (storage.length === 1) return [];
  if (storage.length === 0) return ['versions: none is stored; say storage: true in exactly one'];
  return [`versions: ${storage.join(' and ')} are both stored; say storage: true in exactly one`];
}
