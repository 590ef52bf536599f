import type { Client, WriteOptions } from '@opwright/client';
import {
  type AnyResource,
  type Clock,
  type Condition,
  type ConditionInput,
  createMergePatch,
  deepEqual,
  isConflict,
  isNotFound,
  type KubeObject,
  setCondition,
} from '@opwright/machinery';
import { undefinedIfNotFound } from '../not-found.ts';

/** Collects what one reconcile says about the status. */
export interface StatusCollector {
  set(value: object): void;
  condition(condition: ConditionInput): void;
  /** The status that `object` would have, undefined when nothing was said. */
  over(object: KubeObject): object | undefined;
}

export function createStatusCollector(
  resource: AnyResource,
  generation: number | undefined,
  clock: Clock,
): StatusCollector {
  const fields = new Map<string, unknown>();
  const conditions = new Map<string, ConditionInput>();
  const observes = hasObservedGeneration(resource);

  return {
    set(value) {
      for (const [name, field] of Object.entries(value)) fields.set(name, field);
    },
    condition(condition) {
      conditions.set(condition.type, condition);
    },
    over(object) {
      if (fields.size === 0 && conditions.size === 0) return undefined;
      const status: [string, unknown][] = Object.entries(statusOf(object)).filter(([name]) => !fields.has(name));
      const result: Record<string, unknown> = Object.fromEntries([...status, ...fields]);
      if (conditions.size > 0) {
        let merged = result.conditions as readonly Condition[] | undefined;
        for (const condition of conditions.values()) {
          const observed = generation === undefined ? condition : { observedGeneration: generation, ...condition };
          merged = setCondition(merged, observed, clock.now());
        }
        result.conditions = merged;
      }
      if (observes && generation !== undefined) result.observedGeneration = generation;
      return result;
    },
  };
}

export interface StatusTarget {
  readonly client: Client;
  readonly resource: AnyResource;
  /** Of each write. */
  readonly options: WriteOptions;
  /** Shows the written object to later reads. */
  readonly wrote: (object: KubeObject) => KubeObject;
}

/** Conflicts in a row after which somebody must be fighting for the same object. */
const MAX_CONFLICTS = 5;

/**
 * Writes the collected status over `object`, if it changes anything. A conflict is no error: it says that our copy is old,
 * so the current object is fetched and the difference computed anew. An object that is gone needs no status.
 */
export async function writeStatus(collector: StatusCollector, object: KubeObject, target: StatusTarget): Promise<void> {
  const { client, resource, options } = target;
  let base = object;
  for (let conflicts = 0; ; ) {
    const desired = collector.over(base);
    if (!desired || deepEqual(statusOf(base), desired)) return;
    const status = createMergePatch(statusOf(base), desired);
    const patch = { metadata: { resourceVersion: base.metadata.resourceVersion }, status };
    try {
      const api = resource.subresources.includes('status') ? client.status(resource) : undefined;
      const request = { type: 'merge', patch } as const;
      const written: KubeObject = api
        ? await api.patch(base.metadata, request, options)
        : await client.patch(resource, base.metadata, request, options);
      target.wrote(written);
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || ++conflicts > MAX_CONFLICTS) throw error;
      const current = await currentObject(target, object);
      if (!current) return;
      base = current;
    }
  }
}

/** The object as it is now; undefined when it is gone or was replaced by another of its name. */
export async function currentObject(
  { client, resource, options: { signal } }: StatusTarget,
  object: KubeObject,
): Promise<KubeObject | undefined> {
  const current: KubeObject | undefined = await client
    .get(resource, object.metadata, signal && { signal })
    .catch(undefinedIfNotFound);
  return current?.metadata.uid === object.metadata.uid ? current : undefined;
}

function statusOf(object: KubeObject): object {
  return (object as { status?: object }).status ?? {};
}

/** Whether the schema of a custom resource has `status.observedGeneration`. */
function hasObservedGeneration(resource: AnyResource): boolean {
  const { schema } = resource as { schema?: SchemaNode };
  return schema?.properties?.status?.properties?.observedGeneration !== undefined;
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}
