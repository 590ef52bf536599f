import type { Client } from '@opwright/client';
import { Node, Pod } from '@opwright/kubernetes/core';
import { type Clock, isAlreadyExists, isConflict, isNotFound, type Random } from '@opwright/machinery';
import { controller, retryAfter } from 'opwright';
import { nodeLabels, readyNodeStatus } from './node.ts';
import { runningStatus, type StatusSurroundings, startingStatus, terminatedStatus } from './pod-status.ts';

export interface KubeletOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly nodeName: string;
  /** Addresses of pods that were there before. */
  readonly taken?: ReadonlySet<string>;
}

/** Adds the node that the stand-in works for. */
export async function registerNode({ client, clock, nodeName }: KubeletOptions): Promise<void> {
  try {
    await client.create(Node, { metadata: { name: nodeName, labels: nodeLabels(nodeName) } });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  const status = readyNodeStatus(nodeName, clock.now());
  await client.status(Node).patch({ name: nodeName }, { type: 'merge', patch: { status } });
  // The API server taints a new node; the node lifecycle controller lifts that when the node is ready.
  await client.patch(Node, { name: nodeName }, { type: 'merge', patch: { spec: { taints: null } } });
}

/**
 * A stand-in for the kubelet: no container runs, but the pods of its node take the way of real ones: created, running and
 * ready, and on deletion terminated and removed.
 */
export function kubelet(options: KubeletOptions) {
  const { client, clock, random, nodeName } = options;
  const nextIP = podAddresses(options.taken ?? new Set());
  const addresses = new Map<string, string>();
  return controller(Pod, {
    name: 'kubelet',
    whileDeleting: true,
    concurrency: 16,
    onlyWhen: (pod) => pod.spec.nodeName === nodeName,
  }).reconcile(async (pod, ctx) => {
    if (pod.spec.nodeName !== nodeName) return;
    const { uid } = pod.metadata;
    const surroundings: StatusSurroundings = {
      nowMs: clock.now(),
      random,
      podIP() {
        const known = addresses.get(uid) ?? nextIP();
        addresses.set(uid, known);
        return known;
      },
    };
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (pod.status.containerStatuses?.some(({ state }) => state?.running !== undefined)) {
        ctx.status(terminatedStatus(pod, surroundings));
        return retryAfter(0);
      }
      addresses.delete(uid);
      return removePod(client, pod);
    }
    if (pod.status.phase !== 'Pending') return;
    if (pod.status.startTime === undefined) {
      ctx.status(startingStatus(pod, surroundings));
      return retryAfter(0);
    }
    ctx.status(runningStatus(pod, surroundings));
  });
}

async function removePod(client: Client, pod: Pod): Promise<void> {
  const { name, namespace = '', uid } = pod.metadata;
  try {
    await client.delete(Pod, { name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid } });
  } catch (error) {
    // Gone, or another pod of the same name by now.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

/** Addresses of the pod network 10.244.0.0/16, one after the other, without those that are taken. */
function podAddresses(taken: ReadonlySet<string>): () => string {
  let last = 0;
  return () => {
    for (;;) {
      last = (last % 65_000) + 1;
      const address = `10.244.${Math.floor(last / 250)}.${(last % 250) + 2}`;
      if (!taken.has(address)) return address;
    }
  };
}
