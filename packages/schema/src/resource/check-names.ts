import { validateDns1035Label, validateDns1123Subdomain } from '@opwright/machinery';
import type { NamesDefinition } from './definition.ts';
import type { ResourceVersion } from './resource.ts';

const approval = 'api-approved.kubernetes.io';

/** What is wrong with the names of a definition. */
export function checkNames(names: Required<NamesDefinition>, versions: readonly ResourceVersion[]): string[] {
  const { group, kind, listKind, plural, singular, shortNames, categories, annotations } = names;
  const problems: string[] = [];
  const label = (where: string, value: string) => {
    for (const problem of validateDns1035Label(value)) problems.push(`${where}: ${JSON.stringify(value)}: ${problem}`);
  };
  for (const problem of validateDns1123Subdomain(group)) problems.push(`group: ${JSON.stringify(group)}: ${problem}`);
  if (!group.includes('.')) {
    problems.push(
      `group: ${JSON.stringify(group)} should be a domain with at least one dot, such as ${group || 'apps'}.example.com`,
    );
  }
  if (/(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group) && annotations[approval] === undefined) {
    problems.push(`group: ${group} is protected; take a domain of your own, or say the annotation ${approval}`);
  }
  label('kind', kind.toLowerCase());
  label('listKind', listKind.toLowerCase());
  if (kind === listKind) problems.push('listKind: kind and listKind may not be the same');
  label('plural', plural);
  label('singular', singular);
  for (const name of shortNames) label('shortNames', name);
  for (const name of categories) label('categories', name);
  for (const { version } of versions) label('version', version);
  return problems;
}
