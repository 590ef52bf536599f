import type { CustomResource } from './resource.ts';

/** Throws an Error unless there is one conversion for every version but the one that is stored. */
export function checkConversions(
  { kind, group, version: hub, versions }: Pick<CustomResource, 'kind' | 'group' | 'version' | 'versions'>,
  conversions: Readonly<Record<string, unknown>>,
): void {
  const needed = Object.keys(versions).filter((name) => name !== hub);
  const problems = [
    ...(needed.length === 0 ? ['it has one version only; say versions in defineResource'] : []),
    ...needed.filter((name) => !Object.hasOwn(conversions, name)).map((name) => `${name} has none`),
    ...Object.keys(conversions)
      .filter((name) => !needed.includes(name))
      .map((name) => (name === hub ? `${name} is the hub, it needs none` : `there is no version ${name}`)),
  ];
  if (problems.length > 0) throw new Error(`${kind}.${group} cannot have these conversions: ${problems.join('; ')}`);
}
