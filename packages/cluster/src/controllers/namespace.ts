import type { Client } from '@opwright/client';
import { Namespace } from '@opwright/kubernetes/core';
import { type AnyResource, isNotFound, type ObjectKey } from '@opwright/machinery';
import { controller, retryAfter } from 'opwright';

/** While objects with finalizers or a grace period remain. */
const CHECK_AGAIN = '250ms';

export interface NamespaceControllerOptions {
  readonly client: Client;
  /** Every namespaced resource that can be listed and deleted, each in one version. */
  readonly namespacedResources: () => readonly AnyResource[];
}

/**
 * Empties namespaces that are being deleted and then lets them go.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
 */
export function namespaceController({ client, namespacedResources }: NamespaceControllerOptions) {
  return controller(Namespace, { name: 'namespace', whileDeleting: true }).reconcile(async (namespace, ctx) => {
    if (namespace.metadata.deletionTimestamp === undefined) return;
    const remaining = new Map<string, number>();
    const finalizers = new Map<string, number>();
    for (const resource of namespacedResources()) {
      const left = await empty(client, resource, namespace.metadata.name);
      if (left.length === 0) continue;
      remaining.set(groupResource(resource), left.length);
      for (const name of left.flatMap((object) => object.metadata.finalizers ?? [])) {
        finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
      }
    }
    if (remaining.size > 0) {
      ctx.status({
        conditions: contentConditions(remaining, finalizers, namespace.status.conditions ?? [], ctx.clock.now()),
      });
      return retryAfter(CHECK_AGAIN);
    }
    await finalize(client, namespace.metadata);
  });
}

/** Deletes the objects of one resource; returns those that are still there. */
async function empty(client: Client, resource: AnyResource, namespace: string) {
  try {
    const { items } = await client.list(resource, { namespace });
    if (items.length === 0) return [];
    await client.deleteCollection(resource, { namespace, propagationPolicy: 'Background' });
    return (await client.list(resource, { namespace })).items as readonly {
      metadata: { finalizers?: readonly string[] };
    }[];
  } catch (error) {
    // The CRD went while we looked.
    if (isNotFound(error)) return [];
    throw error;
  }
}

async function finalize(client: Client, { name }: ObjectKey): Promise<void> {
  try {
    const current = await client.get(Namespace, { name });
    const finalizers = (current.spec.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes');
    await client.raw('PUT', `/api/v1/namespaces/${name}/finalize`, {
      body: { ...current, spec: { ...current.spec, finalizers } },
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

type NamespaceCondition = NonNullable<Namespace['status']['conditions']>[number];

function contentConditions(
  remaining: ReadonlyMap<string, number>,
  finalizers: ReadonlyMap<string, number>,
  old: readonly NamespaceCondition[],
  nowMs: number,
): NamespaceCondition[] {
  const list = (counts: ReadonlyMap<string, number>, format: (name: string, count: number) => string) =>
    [...counts]
      .sort()
      .map(([name, count]) => format(name, count))
      .join(', ');
  const make = (type: string, status: 'True' | 'False', reason: string, message: string): NamespaceCondition => {
    const before = old.find((condition) => condition.type === type);
    const lastTransitionTime =
      before?.status === status && before.lastTransitionTime !== undefined
        ? before.lastTransitionTime
        : new Date(nowMs).toISOString().replace(/\.\d+/, '');
    return { type, status, lastTransitionTime, reason, message };
  };
  const contents = list(remaining, (name, count) => `${name} has ${count} resource instances`);
  const held = list(finalizers, (name, count) => `${name} in ${count} resource instances`);
  return [
    make('NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'),
    make(
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    make(
      'NamespaceDeletionContentFailure',
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ),
    make('NamespaceContentRemaining', 'True', 'SomeResourcesRemain', `Some resources are remaining: ${contents}`),
    finalizers.size > 0
      ? make(
          'NamespaceFinalizersRemaining',
          'True',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${held}`,
        )
      : make(
          'NamespaceFinalizersRemaining',
          'False',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ];
}

/** `pods.`, `deployments.apps`: as the real controller names them. */
function groupResource({ plural, group }: AnyResource): string {
  return `${plural}.${group}`;
}
