import type { KubeObject } from './meta.ts';

export type Scope = 'Namespaced' | 'Cluster';

/**
 * A kind of object that an API server serves, as a value: names for requests at run time, types for the compiler.
 * Built-in kinds are values of this type (`Pod` from `@opwright/kubernetes/core`), `defineResource` makes others.
 *
 * @typeParam ApiVersion `group/version`, or `v1` for the core group
 * @typeParam Stored what an API server returns: defaults are present
 * @typeParam Input what a person writes: defaulted fields are optional
 */
export interface Resource<
  ApiVersion extends string = string,
  Kind extends string = string,
  Stored extends KubeObject = KubeObject,
  Input extends object = object,
> {
  readonly apiVersion: ApiVersion;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: Kind;
  /** The name in URLs and in RBAC rules, lower case. */
  readonly plural: string;
  readonly singular: string;
  readonly scope: Scope;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Names of the served subresources, `status` and `scale` among them. */
  readonly subresources: readonly string[];
  /** Exists for the compiler only. */
  readonly '~types'?: { readonly stored: Stored; readonly input: Input };
}

// biome-ignore lint/suspicious/noExplicitAny: the one place that means "whatever its types are"
export type AnyResource = Resource<string, string, any, any>;

/** The type of the stored objects of a resource: `type Foo = Infer<typeof Foo>`. */
export type Infer<R extends AnyResource> = NonNullable<R['~types']>['stored'];

/** The type of what a person writes to create an object of a resource. */
export type InferInput<R extends AnyResource> = NonNullable<R['~types']>['input'];

/** Makes the value for a kind that the API server has built in. */
export function builtinResource<
  ApiVersion extends string,
  Kind extends string,
  Stored extends KubeObject,
  Input extends object,
>(names: {
  apiVersion: ApiVersion;
  kind: Kind;
  plural: string;
  scope?: Scope;
  singular?: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  subresources?: readonly string[];
}): Resource<ApiVersion, Kind, Stored, Input> {
  const [group, version] = splitApiVersion(names.apiVersion);
  return Object.freeze({
    apiVersion: names.apiVersion,
    group,
    version,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    scope: names.scope ?? 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    subresources: names.subresources ?? [],
  });
}

/** Splits `apps/v1` into group and version; the core group is the empty string. */
export function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

/** The inverse of {@link splitApiVersion}. */
export function joinApiVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}
