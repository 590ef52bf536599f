import type { AnyNode } from '../k/node.ts';
import { crdManifest } from '../manifest/crd.ts';
import { checkDefinition } from './check.ts';
import { checkConversions } from './check-conversions.ts';
import { columnsOf } from './columns.ts';
import type { NamesDefinition, VersionDefinition } from './definition.ts';
import { pluralOf } from './plural.ts';
import type { AnyCustomResource, CustomResource, InputResource, ResourceVersion, StoredResource } from './resource.ts';
import { rootSchema } from './root-schema.ts';

type MaybeNode = AnyNode | undefined;
type SpecOf<V> = V extends { readonly spec: infer Node } ? Node : undefined;
type StatusOf<V> = V extends { readonly status: infer Node } ? Node : undefined;

/** The name of the version that says `storage: true`, or of the only version. */
type StorageName<Versions> = [MarkedName<Versions>] extends [never] ? keyof Versions : MarkedName<Versions>;
type MarkedName<Versions> = {
  [Name in keyof Versions]: Versions[Name] extends { readonly storage: true } ? Name : never;
}[keyof Versions];

type StoredVersion<Group extends string, Kind extends string, Name, Version> = StoredResource<
  `${Group}/${Name & string}`,
  Kind,
  SpecOf<Version>,
  StatusOf<Version>
>;
type InputVersion<Group extends string, Kind extends string, Name, Version> = InputResource<
  `${Group}/${Name & string}`,
  Kind,
  SpecOf<Version>,
  StatusOf<Version>
>;

// The compiler explains the last overload that failed: the usual one.

/**
 * Defines a resource with several versions, of which one says `storage: true`. The value stands for that version;
 * `.versions` has all of them.
 *
 * @throws {Error} that names every path that a CRD cannot have, and the remedy
 */
export function defineResource<
  const Group extends string,
  const Kind extends string,
  const Versions extends Readonly<Record<string, VersionDefinition>>,
>(
  definition: NamesDefinition & { readonly group: Group; readonly kind: Kind; readonly versions: Versions },
): CustomResource<
  `${Group}/${StorageName<Versions> & string}`,
  Kind,
  StoredVersion<Group, Kind, StorageName<Versions>, Versions[StorageName<Versions>]>,
  InputVersion<Group, Kind, StorageName<Versions>, Versions[StorageName<Versions>]>,
  {
    readonly [Name in keyof Versions & string]: ResourceVersion<
      `${Group}/${Name}`,
      Kind,
      StoredVersion<Group, Kind, Name, Versions[Name]>,
      InputVersion<Group, Kind, Name, Versions[Name]>
    >;
  }
>;
/**
 * Defines a resource with one version.
 *
 * @throws {Error} that names every path that a CRD cannot have, and the remedy
 */
export function defineResource<
  const Group extends string,
  const Version extends string,
  const Kind extends string,
  Spec extends MaybeNode = undefined,
  Status extends MaybeNode = undefined,
>(
  definition: NamesDefinition &
    VersionDefinition<Spec, Status> & { readonly group: Group; readonly version: Version; readonly kind: Kind },
): CustomResource<
  `${Group}/${Version}`,
  Kind,
  StoredResource<`${Group}/${Version}`, Kind, Spec, Status>,
  InputResource<`${Group}/${Version}`, Kind, Spec, Status>,
  {
    readonly [Name in Version]: ResourceVersion<
      `${Group}/${Name}`,
      Kind,
      StoredResource<`${Group}/${Name}`, Kind, Spec, Status>,
      InputResource<`${Group}/${Name}`, Kind, Spec, Status>
    >;
  }
>;
export function defineResource(
  definition: NamesDefinition &
    VersionDefinition & { readonly version?: string; readonly versions?: Readonly<Record<string, VersionDefinition>> },
): AnyCustomResource {
  const versions = Object.entries(definition.versions ?? { [definition.version ?? '']: definition });
  const names = {
    group: definition.group,
    kind: definition.kind,
    listKind: definition.listKind ?? `${definition.kind}List`,
    plural: definition.plural ?? pluralOf(definition.kind),
    singular: definition.singular ?? definition.kind.toLowerCase(),
    scope: definition.scope ?? 'Namespaced',
    shortNames: Object.freeze([...(definition.shortNames ?? [])]),
    categories: Object.freeze([...(definition.categories ?? [])]),
  } as const;
  const resources = versions.map(([name, version]): ResourceVersion => {
    const schema = rootSchema(version);
    return {
      ...names,
      apiVersion: `${definition.group}/${name}`,
      version: name,
      schema,
      served: version.served ?? true,
      storage: version.storage ?? versions.length === 1,
      deprecated: version.deprecated ?? false,
      subresources: Object.freeze([...(version.status ? ['status'] : []), ...(version.scale ? ['scale'] : [])]),
      columns: columnsOf(version.columns ?? {}, schema),
      scale: version.scale && Object.freeze({ ...version.scale }),
      selectableFields: Object.freeze((version.selectableFields ?? []).map((jsonPath) => Object.freeze({ jsonPath }))),
    };
  });
  const labels = Object.freeze({ ...definition.labels });
  const annotations = Object.freeze({ ...definition.annotations });
  checkDefinition({ ...names, labels, annotations }, resources);

  for (const resource of resources) Object.freeze(resource);
  const storage = resources.find((resource) => resource.storage) as ResourceVersion;
  return customResource({
    ...storage,
    versions: Object.freeze(Object.fromEntries(resources.map((each) => [each.version, each]))),
    labels,
    annotations,
    conversions: undefined,
  });
}

function customResource(content: Omit<CustomResource, 'crd' | 'converts'>): CustomResource {
  const resource: CustomResource = {
    ...content,
    converts: (conversions) => {
      checkConversions(content, conversions);
      return customResource({ ...content, conversions: Object.freeze({ ...conversions }) });
    },
    crd: (conversion) => crdManifest(resource, conversion),
  };
  return Object.freeze(resource);
}
