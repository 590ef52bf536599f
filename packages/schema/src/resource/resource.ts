import type { AnyResource, KubeObject, ObjectMeta, ObjectMetaInput, Resource } from '@opwright/machinery';
import type { AnyNode, Defaulted, InputOf, Optional, StoredOf } from '../k/node.ts';
import type {
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
  /** The CustomResourceDefinition, ready to be applied. */
  crd(): CustomResourceDefinition;
}

/** Any custom resource, whatever its types are. */
export type AnyCustomResource = AnyResource & Omit<CustomResource, keyof AnyResource>;
