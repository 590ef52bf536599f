import { type Client, createClient } from '@opwright/client';
import { type Clock, isConflict, isNotFound, type JsonObject } from '@opwright/machinery';
import type { Logger } from 'opwright';
import { type Amounts, counts, isSame, only, readAmounts, sum, writeAmounts } from '../kinds/quota/amounts.ts';
import { evaluatorFor } from '../kinds/quota/evaluator.ts';
import { isActive } from '../kinds/quota/pod-usage.ts';
import type { Registry } from '../kinds/registry.ts';
import { at } from '../kinds/tree.ts';
import { type StoredObject, storeKey } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { storeFeed } from './store-feed.ts';

/** After a failure. */
const RETRY_MS = 1_000;
const QUOTAS = 'resourcequotas';

/**
 * Counts what the quotas of a namespace are about: when a quota changes, and when something is deleted or a pod ends. What
 * is created, admission books.
 *
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export function resourceQuotaController({ transport, store, registry, clock, log }: ControllerContext): Controller {
  const client = createClient(transport, { fieldManager: 'kube-controller-manager' });
  let stop: (() => Promise<void>) | undefined;
  return {
    name: 'resourcequota-controller',
    async start() {
      stop = startCounting({ client, store, registry, clock, log });
    },
    stop: async () => stop?.(),
  };
}

interface CountingOptions {
  readonly client: Client;
  readonly store: Store;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly log: Logger;
}

function startCounting({ client, store, registry, clock, log }: CountingOptions): () => Promise<void> {
  const due = new Set<string>();
  const timers = new Set<{ cancel(): void }>();
  let working: Promise<void> | undefined;
  let stopped = false;

  const later = (ms: number, action: () => void): void => {
    const timer = clock.setTimeout(() => {
      timers.delete(timer);
      action();
    }, ms);
    timers.add(timer);
  };

  const enqueue = (key: string): void => {
    if (stopped) return;
    // In a turn of its own: what admission has just booked is stored by then, and changes of one turn are counted together.
    if (due.size === 0 && working === undefined) later(0, begin);
    due.add(key);
  };

  const begin = (): void => {
    working = work().finally(() => {
      working = undefined;
      if (due.size > 0 && !stopped) later(0, begin);
    });
  };

  const work = async (): Promise<void> => {
    for (const key of [...due]) {
      due.delete(key);
      if (stopped) return;
      await recount(key).catch((error: unknown) => failed(key, error));
    }
  };

  const failed = (key: string, error: unknown): void => {
    if (isConflict(error)) due.add(key);
    if (isConflict(error) || isNotFound(error) || stopped) return;
    log.error('Cannot count what a quota limits', { ResourceQuota: key, error });
    later(RETRY_MS, () => enqueue(key));
  };

  const recount = async (key: string): Promise<void> => {
    const quota = store.get(QUOTAS, key);
    if (quota === undefined || quota.metadata.deletionTimestamp !== undefined) return;
    const hard = readAmounts(at(quota, 'spec', 'hard'));
    const used = usedOf(quota, hard, store, registry, clock.now());
    const status = at(quota, 'status');
    if (isSame(hard, readAmounts(at(status, 'hard'))) && isSame(used, readAmounts(at(status, 'used')))) return;
    const { name, namespace = '' } = quota.metadata;
    await client.raw('PUT', `/api/v1/namespaces/${namespace}/resourcequotas/${name}/status`, {
      body: { ...quota, status: { hard: writeAmounts(hard), used: writeAmounts(used) } },
    });
  };

  const unsubscribe = storeFeed(store, registry).subscribe(({ type, resource, object }) => {
    const { namespace = '', name } = object.metadata;
    if (namespace === '') return;
    const isQuota = resource.group === '' && resource.plural === QUOTAS;
    if (isQuota && type !== 'DELETED' && isDue(type, object)) enqueue(storeKey(namespace, name));
    const frees =
      type === 'DELETED' || (object.kind === 'Pod' && resource.plural === 'pods' && !isActive(object, clock.now()));
    if (!frees) return;
    for (const quota of store.list(QUOTAS, { namespace }).items) enqueue(storeKey(namespace, quota.metadata.name));
  });

  return async () => {
    stopped = true;
    unsubscribe();
    for (const timer of timers) timer.cancel();
    await working;
  };
}

/** A quota that is new or limits something else; changes of what is used are admission's bookings. */
function isDue(type: string, quota: StoredObject): boolean {
  const [wanted, known] = [at(quota, 'spec', 'hard'), at(quota, 'status', 'hard')].map(readAmounts);
  return type === 'ADDED' || !isSame(wanted!, known!);
}

/** What is used of each resource that a quota limits. */
function usedOf(quota: StoredObject, hard: Amounts, store: Store, registry: Registry, nowMs: number): Amounts {
  const { namespace = '' } = quota.metadata;
  let used = counts(Object.fromEntries([...hard.keys()].map((name) => [name, 0])));
  const seen = new Set<string>();
  for (const kind of registry.kinds()) {
    if (seen.has(kind.storage)) continue;
    seen.add(kind.storage);
    const evaluator = evaluatorFor(kind);
    if (evaluator === undefined || ![...hard.keys()].some((name) => evaluator.counts(name))) continue;
    for (const object of store.list(kind.storage, { namespace }).items) {
      if (!evaluator.inScopes(quota, object as JsonObject)) continue;
      used = sum(used, only(evaluator.usage(object as JsonObject, nowMs), hard.keys()));
    }
  }
  return used;
}
