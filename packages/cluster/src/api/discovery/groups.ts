import type { ServedKind } from '../../kinds/kind.ts';
import { compareVersions } from './version-priority.ts';

/** An API group as discovery shows it. */
export interface Group {
  /** Empty for the core group. */
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly GroupVersion[];
}

export interface GroupVersion {
  /** `v1`, `apps/v1` */
  readonly groupVersion: string;
  readonly version: string;
  readonly kinds: readonly ServedKind[];
}

/** The groups of the kinds: the built-in ones in the order given, then those of custom resources by name. */
export function groupsOf(kinds: readonly ServedKind[]): readonly Group[] {
  const versions = new Map<string, Map<string, ServedKind[]>>();
  for (const kind of [...kinds.filter((k) => !k.custom), ...kinds.filter((k) => k.custom).sort(byGroupAndPlural)]) {
    const group = versions.get(kind.group) ?? new Map<string, ServedKind[]>();
    versions.set(kind.group, group);
    const served = group.get(kind.version) ?? [];
    group.set(kind.version, served);
    served.push(kind);
  }
  return [...versions].map(([name, group]) => ({
    name,
    versions: [...group]
      .map(([version, served]) => ({
        version,
        kinds: served,
        groupVersion: name === '' ? version : `${name}/${version}`,
      }))
      .sort((a, b) => compareVersions(a.version, b.version)),
  }));
}

/** Whether a group has custom resources only. */
export function isCustom({ versions }: Group): boolean {
  return versions.every(({ kinds }) => kinds.every((kind) => kind.custom));
}

function byGroupAndPlural(a: ServedKind, b: ServedKind): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  return a.plural < b.plural ? -1 : 1;
}
