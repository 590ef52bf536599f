import type { Target } from './requests.ts';

/** A built-in kind that random requests are about. */
export interface Kind {
  readonly path: string;
  readonly subresources?: readonly string[];
  readonly fields?: readonly string[];
  object(name: string): object;
  /** Bodies for parts that take something else than the object, by part and method. */
  readonly parts?: Target['parts'];
  /** Places with good values. */
  readonly places: readonly (readonly [path: string, ...values: unknown[]])[];
}

/** A kind's objects by their names. */
export const named = (apiVersion: string, kind: string, rest: object) => (name: string) => ({
  apiVersion,
  kind,
  metadata: { name },
  ...rest,
});

/** Scales, of whatever kind. */
export const SCALES: Target['parts'] = [
  ['PUT scale', { metadata: { name: 'a' }, spec: { replicas: 2 } }],
  ['PUT scale', { metadata: { name: 'b', resourceVersion: '{{rv}}' }, spec: { replicas: -1 } }],
  ['PATCH scale', { spec: { replicas: 5 } }],
  ['PATCH scale', { spec: { replicas: -1 }, status: { replicas: 3 } }],
];
