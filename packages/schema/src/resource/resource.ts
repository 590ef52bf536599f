import type { AnyResource, KubeObject, ObjectMeta, ObjectMetaInput, Resource } from '@opwright/machinery';
import type { Conversions, ErasedConversion } from '../conversion/conversion.ts';
import type { AnyNode, Defaulted, InputOf, Optional, StoredOf } from '../k/node.ts';
import type {
  CustomResourceConversion,
  CustomResourceDefinition,
  PrinterColumn,
  ScaleSubresource,
  SelectableField,
} from '../manifest/crd-types.ts';
import type { StructuralSchema } from '../structural/schema.ts';

/** A stored object with spec and status. `status` is optional: a new object has none until its controller wrote it. */
export type StoredResource<ApiVersion extends string, Kind extends string, Spec, Status> = {
  readonly apiVersion: ApiVersion;
  readonly kind: Kind;
  readonly metadata: ObjectMeta;
} & StoredSpec<Spec> &
  StoredStatus<Status>;

type StoredSpec<Spec> = Spec extends Defaulted & AnyNode
  ? { readonly spec: StoredOf<Spec> }
  : Spec extends Optional & AnyNode
    ? { readonly spec?: StoredOf<Spec> }
    : Spec extends AnyNode
      ? { readonly spec: StoredOf<Spec> }
      : unknown;

type StoredStatus<Status> = Status extends Defaulted & AnyNode
  ? { readonly status: StoredOf<Status> }
  : Status extends AnyNode
    ? { readonly status?: StoredOf<Status> }
    : unknown;

/** An object as a person writes it: apiVersion and kind follow from the resource, defaulted fields may be left out. */
export type InputResource<ApiVersion extends string, Kind extends string, Spec, Status> = {
  readonly apiVersion?: ApiVersion;
  readonly kind?: Kind;
  readonly metadata: ObjectMetaInput;
} & InputSpec<Spec> &
  (Status extends AnyNode ? { readonly status?: InputOf<Status> } : unknown);

type InputSpec<Spec> = Spec extends (Defaulted | Optional) & AnyNode
  ? { readonly spec?: InputOf<Spec> }
  : Spec extends AnyNode
    ? { readonly spec: InputOf<Spec> }
    : unknown;

/** One version of a custom resource, usable wherever a `Resource` is. */
export interface ResourceVersion<
  ApiVersion extends string = string,
  Kind extends string = string,
  Stored extends KubeObject = KubeObject,
  Input extends object = object,
> extends Resource<ApiVersion, Kind, Stored, Input> {
  readonly listKind: string;
  /** The whole object: spec, status and the root's rules. */
  readonly schema: StructuralSchema;
  readonly served: boolean;
  /** Whether the server stores objects in this version. */
  readonly storage: boolean;
  /** A text is the warning that clients get. */
  readonly deprecated: boolean | string;
  readonly columns: readonly PrinterColumn[];
  readonly scale: ScaleSubresource | undefined;
  readonly selectableFields: readonly SelectableField[];
}

/** A resource that a CRD defines: its storage version, all its versions, and the manifest. */
export interface CustomResource<
  ApiVersion extends string = string,
  Kind extends string = string,
  Stored extends KubeObject = KubeObject,
  Input extends object = object,
  Versions extends object = Readonly<Record<string, ResourceVersion>>,
> extends ResourceVersion<ApiVersion, Kind, Stored, Input> {
  /** By name, in the order of the definition. */
  readonly versions: Versions;
  /** Labels of the CRD. */
  readonly labels: Readonly<Record<string, string>>;
  /** Annotations of the CRD. */
  readonly annotations: Readonly<Record<string, string>>;
  /** By version, all but the hub (the version that is stored); undefined where {@link CustomResource.converts} was not called. */
  readonly conversions: Readonly<Record<string, ErasedConversion>> | undefined;
  /**
   * This resource with functions that convert between its versions: those of every other version to the one that is stored
   * (the hub) and back. The operator serves them to the API server; see `checkConversion` for a test.
   *
   * @throws Error that names a version without a conversion, or a conversion without a version
   */
  converts(
    conversions: Conversions<Versions, ResourceVersion<ApiVersion, Kind, Stored, Input>>,
  ): CustomResource<ApiVersion, Kind, Stored, Input, Versions>;
  /**
   * The CustomResourceDefinition, ready to be applied.
   *
   * @param conversion who converts; default: nobody, and with {@link CustomResource.converts} a webhook that never answers until
   *   the operator has written where it is, for objects that are read unconverted would lose fields
   */
  crd(conversion?: CustomResourceConversion): CustomResourceDefinition;
}

/** Any custom resource, whatever its types are. */
export type AnyCustomResource = AnyResource & Omit<CustomResource, keyof AnyResource | 'converts'>;
