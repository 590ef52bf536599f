import type { NamesDefinition } from './definition.ts';
import { parsePath, schemaAt } from './json-path.ts';
import type { ResourceVersion } from './resource.ts';

/** Throws one Error with every problem of a definition that could not become a valid CRD. */
export function checkDefinition(names: Required<NamesDefinition>, versions: readonly ResourceVersion[]): void {
  const problems = [
    ...versionProblems(versions),
    ...versions.flatMap((version) => pathProblems(version, versions.length > 1 ? `versions.${version.version}.` : '')),
  ];
  if (problems.length === 0) return;
  throw new Error(
    `${names.kind}.${names.group} cannot be a valid CRD:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
  );
}

function versionProblems(versions: readonly ResourceVersion[]): string[] {
  const storage = versions.filter((version) => version.storage).map((version) => version.version);
  if (versions.length === 0) return ['versions: at least one version is needed'];
  if (storage.length === 0) return ['versions: no version is stored; say storage: true in one of them'];
  if (storage.length > 1) return [`versions: ${storage.join(' and ')} both say storage: true; exactly one can`];
  return [];
}

function pathProblems(version: ResourceVersion, prefix: string): string[] {
  const problems: string[] = [];
  const check = (where: string, path: string | undefined) => {
    if (path === undefined) return;
    if (!parsePath(path)) problems.push(`${prefix}${where}: ${path} is not a JSON path such as .spec.replicas`);
    else if (!schemaAt(path, version.schema)) problems.push(`${prefix}${where}: the schema has no field ${path}`);
  };
  for (const column of version.columns) check(`columns[${column.name}]`, column.jsonPath);
  check('scale.specReplicasPath', version.scale?.specReplicasPath);
  check('scale.statusReplicasPath', version.scale?.statusReplicasPath);
  check('scale.labelSelectorPath', version.scale?.labelSelectorPath);
  for (const [index, field] of version.selectableFields.entries()) check(`selectableFields[${index}]`, field.jsonPath);
  return problems;
}
