import { readData } from './read-data.ts';

/** A group-version and what it serves, in discovery's order. */
export interface ServedGroupVersion {
  /** `v1`, `apps/v1` */
  readonly groupVersion: string;
  readonly resources: readonly ServedResource[];
}

export interface ServedResource {
  /** The plural: `pods`. */
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Absent on resources that are not stored. */
  readonly storageVersionHash?: string;
  readonly subresources?: readonly ServedSubresource[];
}

export interface ServedSubresource {
  /** Without the parent: `status`. */
  readonly name: string;
  /** Of the objects it takes and returns, where foreign. */
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

let resources: readonly ServedGroupVersion[] | undefined;

/** Everything an API server serves by itself: `v1` first, then in the order of `/apis`, the preferred version of a group first. */
export function servedResources(): readonly ServedGroupVersion[] {
  resources ??= readData<readonly ServedGroupVersion[]>('resources.json');
  return resources;
}

/** What an API server serves only with a feature gate, which is off by default. */
export interface GatedGroupVersion extends ServedGroupVersion {
  readonly gate: string;
}

let gated: readonly GatedGroupVersion[] | undefined;

/** What can be served beside {@link servedResources}, as written down in `alpha.json`: the generator sees what is on. */
export function gatedResources(): readonly GatedGroupVersion[] {
  gated ??= readData<{ resources: readonly GatedGroupVersion[] }>('alpha.json').resources;
  return gated;
}

/** The Kubernetes version that the types and resources come from, as `/version` has it. */
export interface KubernetesVersion {
  readonly major: string;
  readonly minor: string;
}

let version: KubernetesVersion | undefined;

/** The version of Kubernetes that all of this describes: major `1`, minor `32`. */
export function kubernetesVersion(): KubernetesVersion {
  version ??= readData<KubernetesVersion>('version.json');
  return version;
}
