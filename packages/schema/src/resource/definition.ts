import type { Scope } from '@opwright/machinery';
import type { AnyNode } from '../k/node.ts';
import type { ColumnType, ScaleSubresource } from '../manifest/crd-types.ts';
import type { ValidationRule } from '../structural/schema.ts';

/** What is the same in all versions of a resource. */
export interface NamesDefinition {
  /** `tutorial.my.domain`. */
  readonly group: string;
  /** CamelCase, singular. */
  readonly kind: string;
  /** In URLs, lower case. Default: the plural of the kind. */
  readonly plural?: string;
  /** Default: the kind in lower case. */
  readonly singular?: string;
  /** Default: the kind with `List` behind it. */
  readonly listKind?: string;
  /** Default: Namespaced. */
  readonly scope?: Scope;
  readonly shortNames?: readonly string[];
  /** Groups of kinds that kubectl lists together, such as `all`. */
  readonly categories?: readonly string[];
  /** Labels of the CRD. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of the CRD. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What each version of a resource says for itself. */
export interface VersionDefinition<
  Spec extends AnyNode | undefined = AnyNode | undefined,
  Status extends AnyNode | undefined = AnyNode | undefined,
> {
  /** What the kind is; `kubectl explain` shows it. */
  readonly description?: string;
  /** The desired state. Required in every object unless `.optional()` or `.default(…)`. */
  readonly spec?: Spec;
  /** The observed state. Switches on the status subresource. */
  readonly status?: Status;
  /** What `kubectl get` shows beside the name: a JSON path, or a path with details, by title. */
  readonly columns?: Readonly<Record<string, string | ColumnDefinition>>;
  /** Switches on the scale subresource. */
  readonly scale?: ScaleSubresource;
  /** JSON paths of fields that field selectors can ask for. */
  readonly selectableFields?: readonly string[];
  /** CEL rules of the whole object; of its metadata they see name and generateName. */
  readonly rules?: readonly ValidationRule[];
  /** Clients get a warning, this one if it is a text. */
  readonly deprecated?: boolean | string;
  /** Default: true. */
  readonly served?: boolean;
  /** The version in which objects are stored: exactly one. Default: true if there is only one. */
  readonly storage?: boolean;
}

export interface ColumnDefinition {
  /** `.spec.replicas`. */
  readonly path: string;
  /** Default: the type of the field at that path. */
  readonly type?: ColumnType;
  readonly description?: string;
  /** An OpenAPI format that refines the type, such as `date-time`, `byte` or `int32`. */
  readonly format?: string;
  /** 0 (default) is shown always, more only with `-o wide`. */
  readonly priority?: number;
}
