import { goQuote, type JsonObject } from '@opwright/machinery';
import { at, items, text } from '../tree.ts';

/** What a check looks at: a pod, or the template of one. */
export interface PodLike {
  readonly metadata: JsonObject | undefined;
  readonly spec: JsonObject;
}

/** What is wrong with a pod: briefly, and with what is to blame. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export type Verify = (pod: PodLike) => Violation | undefined;

/** One rule of the Pod Security Standards. */
export interface Check {
  readonly id: string;
  /** What it demands by the minor version of Kubernetes from which on it does, ascending. */
  readonly versions: readonly (readonly [since: number, verify: Verify])[];
  /** Of a stricter check: the one that it makes superfluous. */
  readonly replaces?: string;
}

/** The containers of all kinds, those that run first before the others. */
export function containersOf({ spec }: PodLike): readonly JsonObject[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) => items(spec, key));
}

export function securityContext(of: JsonObject): JsonObject | undefined {
  return at(of, 'securityContext');
}

/** The names of the containers that are bad. */
export function badContainers(pod: PodLike, isBad: (container: JsonObject) => boolean): readonly string[] {
  return containersOf(pod)
    .filter(isBad)
    .map((container) => text(container, 'name'));
}

/** `containers "a", "b"`. */
export function containers(names: readonly string[]): string {
  return `${plural(names, 'container')} ${quoted(names)}`;
}

/** `pod and container "a"`: who has set something. Empty when nobody has. */
export function setters(byPod: boolean, names: readonly string[]): string {
  return [...(byPod ? ['pod'] : []), ...(names.length > 0 ? [containers(names)] : [])].join(' and ');
}

export function plural(items: readonly unknown[], one: string, many = `${one}s`): string {
  return items.length === 1 ? one : many;
}

export function quoted(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(', ');
}

/** Each value once, sorted. */
export function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

/** `key="value"` of annotations. */
export function annotation(key: string, value: string): string {
  return `${key}=${goQuote(value)}`;
}
