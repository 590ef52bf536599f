import type { FieldError, JsonObject, Scope, TypeNode } from '@opwright/machinery';

export type { FieldError } from '@opwright/machinery';

/** An object inside the server while a request builds it: a plain mutable tree that nobody else sees yet. */
export type MutableObject = { [key: string]: unknown };

/**
 * Everything the request pipeline needs to know about one served version of one resource. Built-in kinds come from
 * the data of `@opwright/kubernetes` plus the functions under `kinds/`; custom resources from their CRD. The pipeline
 * never asks which of the two it has, nor for the name of a kind.
 */
export interface ServedKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: Scope;
  /** Discovery's order. */
  readonly verbs: readonly string[];
  readonly custom: boolean;
  /** `deployments.apps`: the resource in messages (`pods` for the core group). */
  readonly groupResource: string;
  /** Where the store keeps it; the versions of a resource share one, as do core and events.k8s.io events. */
  readonly storage: string;
  /** From the stored form to this version's, and back. Absent when they are the same. Must not change their argument. */
  readonly fromStorage?: (stored: JsonObject) => JsonObject;
  readonly toStorage?: (object: MutableObject) => MutableObject;
  /**
   * Present where a webhook converts: then the two functions above leave the version alone. Takes and returns objects in the
   * same order; metadata but labels and annotations stays.
   */
  readonly convert?: (objects: readonly JsonObject[], apiVersion: string) => Promise<readonly JsonObject[]>;
  /** The type that objects have in another version, where a webhook converts; undefined for versions that there are not. */
  readonly typeIn?: (apiVersion: string) => TypeNode | undefined;
  /** The version in which objects of a custom resource are stored. */
  readonly storageVersion?: string;
  /** The root struct: apiVersion, kind, metadata and the rest. */
  readonly type: TypeNode;
  readonly subresources: readonly SubresourceKind[];
  readonly scale?: ScalePaths;

  /**
   * Fills in defaults, in place. Runs at decode and again after every patch. Idempotent.
   *
   * With `keepNulls`, a null that may not be one and has no default stays, for validation to refuse.
   */
  setDefaults(object: MutableObject, options?: { readonly keepNulls?: boolean }): void;
  /** Drops what a creator may not set (status), sets what the kind computes; in place. `generation` is the pipeline's. */
  prepareForCreate(object: MutableObject, context: StrategyContext): void;
  /** Keeps what an update may not change, in place. Not called for subresources: they name the part they may change. */
  prepareForUpdate(object: MutableObject, old: JsonObject, context: StrategyContext): void;
  /** Sets what follows from the name, in place, once a create has settled it: generateName gives it after the defaults. */
  canonicalize?(object: MutableObject): void;
  /**
   * Fills in, in place, what is not stored but found by every read. True when it did: the next write stores it, even one
   * that changes nothing.
   */
  defaultOnRead?(object: MutableObject): boolean;
  /** On updates with the state before: what was wrong already and did not change may be forgiven, with a warning. */
  validate(object: JsonObject, old?: JsonObject, warn?: (text: string) => void): FieldError[];
  validateUpdate(object: JsonObject, old: JsonObject): FieldError[];
  /** What is wrong with updates through subresources that are checked otherwise than the object itself, by their names. */
  readonly subresourceErrors?: Readonly<Record<string, (object: JsonObject, old: JsonObject) => FieldError[]>>;
  /** Puts right, in place, what an update of the status says or leaves out. */
  prepareForStatusUpdate?(object: MutableObject, old: JsonObject, context: StrategyContext): void;
  /** Texts for Warning headers. */
  warnings(object: JsonObject, old: JsonObject | undefined): string[];

  /** Fields that nobody owns through an endpoint (`''`: the object itself), where they are others than spec and status. */
  readonly resetFields?: Readonly<Record<string, readonly string[]>>;
  /** Fields of metadata that a write to the status subresource cannot change; default: none. */
  readonly statusKeepsMetadata?: 'all' | readonly string[];
  /** Finalizers have to name a domain, but for the standard ones. */
  readonly finalizersNeedDomain: boolean;
  /** How often the kind's rules for updates look at metadata, which the server library has looked at already. */
  readonly metadataChecks: 0 | 1 | 2 | 3;
  /** metadata.generation counts changes outside metadata and status. */
  readonly hasGeneration: boolean;
  /** metadata.generation counts changes of annotations, too. */
  readonly countsAnnotations?: boolean;
  /** PUT without resourceVersion is allowed. */
  readonly allowUnconditionalUpdate: boolean;
  /** PUT creates a missing object. */
  readonly allowCreateOnUpdate: boolean;
  /** DELETE answers with the object instead of a Status. */
  readonly returnsDeletedObject: boolean;
  /** Reads come from kube-apiserver's watch cache, whose refusals of versions have other words than etcd's. */
  readonly isCached: boolean;
  /** What DELETE without propagationPolicy means. */
  readonly defaultPropagation: 'Background' | 'Orphan';
  /** What a client is told that deletes an object without saying what becomes of its dependents. */
  readonly orphaningWarning?: string;
  /** Seconds that a DELETE without grace period gives the object; absent for kinds without graceful deletion. */
  gracePeriodSeconds?(object: JsonObject): number;
  /**
   * What the first DELETE changes beside metadata, in place. True: the kind itself holds the object back until one of
   * its subresources lets it go (namespaces).
   */
  beginDeletion?(object: MutableObject, nowMs: number): boolean;

  readonly columns: readonly ColumnDefinition[];
  /** The cells of one Table row, in the order of `columns`. `nowMs` is for ages. */
  row(object: JsonObject, nowMs: number): unknown[];
  /** Conditions of a Table row (finished pods and jobs). */
  rowConditions?(object: JsonObject): JsonObject[];
  /** The values that field selectors can ask for, beside metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  selectableField(object: JsonObject, field: string): string;
  /** How the kind refuses a field that cannot be selected by, in words of its own. */
  readonly fieldRefusal?: (field: string) => string;
  /** Text of the Warning header of every request, for deprecated versions. */
  readonly deprecation?: string;
}

export interface SubresourceKind {
  readonly name: string;
  /** Of the objects it takes and returns, where foreign: autoscaling/v1 Scale, policy/v1 Eviction. */
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  /** Discovery's order. */
  readonly verbs: readonly string[];
}

/** JSON paths of a scalable kind (`.spec.replicas`). */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  /** A label selector: text for custom resources, a LabelSelector or a map for built-in kinds. */
  readonly labelSelectorPath?: string;
}

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

/** What a strategy may need from outside: allocated addresses, time, who writes. */
export interface StrategyContext {
  readonly nowMs: number;
  readonly user: {
    readonly name: string;
    readonly uid?: string;
    readonly groups: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  /** Service cluster IPs and node ports. */
  readonly allocator: Allocator;
  readonly dryRun: boolean;
  newUid(): string;
  /** The subresource that is written through; '' for the object itself. */
  readonly subresource: string;
  /** Adds a Warning header to the answer, also to a refusal that comes later. */
  warn(text: string): void;
}

/** Hands out what must be unique in the cluster. Throws a FieldError-shaped message when it is taken or out of range. */
export interface Allocator {
  clusterIP(wanted?: string): string;
  /** @param dryRun nothing is taken, and a port of no range is let through, as Kubernetes does then */
  nodePort(wanted?: number, dryRun?: boolean): number;
}
