import type { AnyResource, Infer, KubeObject } from '@opwright/machinery';

/** What a conversion makes: everything but apiVersion, kind and metadata, which conversions leave alone. */
export type Converted<R extends AnyResource> = Omit<Infer<R>, 'apiVersion' | 'kind' | 'metadata'>;

/**
 * How one version of a resource becomes the hub, which is the version that is stored, and back. Both get complete readonly
 * objects (defaults are filled in) and return spec and status. They must be pure: they run on every read of an object in
 * another version than it is stored in.
 *
 * @typeParam Version the other version
 * @typeParam Hub the version that is stored
 */
export interface Conversion<Version extends AnyResource, Hub extends AnyResource> {
  /**
   * @param kept with `keep`: the hub as it was when this object was made of it; undefined when the object was never one
   */
  toHub(object: Infer<Version>, kept: Infer<Hub> | undefined): Converted<Hub>;
  fromHub(object: Infer<Hub>): Converted<Version>;
  /**
   * Keeps what `fromHub` leaves out: whenever `toHub` would not find it again, the hub's spec and status go along in the
   * annotation {@link KEPT_HUB}, and `toHub` gets them. The stored object does not have the annotation. Default false.
   */
  readonly keep?: boolean;
}

/** The conversions of all versions but the hub, by version. */
export type Conversions<Versions, Hub extends AnyResource> = {
  readonly [Name in keyof Versions as Versions[Name] extends { readonly apiVersion: Hub['apiVersion'] }
    ? never
    : Name]: Versions[Name] extends AnyResource ? Conversion<Versions[Name], Hub> : never;
};

/** A conversion as the runtime calls it; types are gone. */
export interface ErasedConversion {
  toHub(object: KubeObject, kept: KubeObject | undefined): object;
  fromHub(object: KubeObject): object;
  readonly keep?: boolean;
}

/** Where an object in an older version carries what that version cannot say. */
export const KEPT_HUB = 'opwright.dev/kept-hub';
