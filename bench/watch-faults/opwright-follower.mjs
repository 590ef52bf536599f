// Opwright's runtime as a follower: what its caches hold, what its listeners hear and what its reconciles see.
import { createHttpTransport } from '@opwright/client';
import { controller, createManager, defineOperator } from 'opwright';
import { keyOf, PLURALS, RESOURCES, silent } from './world.mjs';

export const WATCH_IDLE_MS = 180_000;

/**
 * Every other client reads the state of a kind as a stream, the others as lists.
 * @param report called with each change: `report(plural, { type, object, old })`
 */
export async function followWithOpwright({ number, server, ca, clock, random, report, isSystem, log }) {
  const transport = createHttpTransport({ server, ca });
  const heard = { configmaps: new Set(), widgets: new Set() };
  const reconciled = { configmaps: new Map(), widgets: new Map() };
  let view;

  /**
   * A predicate is asked for the new state and then for the old one, without a pause, for each change: two questions are
   * an update, one is an add or a delete. Its answer "no" is why nothing else is asked.
   */
  function recorder(plural) {
    let states = [];
    const settle = () => {
      const [object, old] = states;
      states = [];
      const key = keyOf(object);
      const type = old ? 'update' : heard[plural].has(key) ? 'delete' : 'add';
      if (type === 'delete') heard[plural].delete(key);
      else heard[plural].add(key);
      // Listeners are not in step: the next object of the name may have been reconciled already.
      if (type === 'delete' && reconciled[plural].get(key)?.uid === object.metadata.uid) reconciled[plural].delete(key);
      report(plural, { type, object, old });
    };
    return (object) => {
      if (states.push(object) === 1) queueMicrotask(settle);
      return false;
    };
  }

  function follow(plural, other) {
    return controller(RESOURCES[plural])
      .watches(RESOURCES[other], () => undefined, { onlyWhen: recorder(other) })
      .reconcile((object, ctx) => {
        view ??= ctx;
        reconciled[plural].set(keyOf(object), object.metadata);
      });
  }

  const operator = defineOperator({
    name: 'faults',
    controllers: [follow('configmaps', 'widgets'), follow('widgets', 'configmaps')],
  });
  const manager = createManager(operator, {
    transport,
    clock,
    random,
    metricsAddress: '0',
    probeAddress: '0',
    watchIdleTimeoutMs: WATCH_IDLE_MS,
    watchList: number % 2 === 1,
    gracePeriodMs: 3_600_000,
    syncTimeoutMs: 3_600_000,
    logger: log ? { ...silent, error: log, warn: log, child: () => ({ ...silent, error: log, warn: log }) } : silent,
  });
  await manager.start();

  return {
    /** key → object, as a reconcile reads them. */
    held(plural) {
      const objects = view?.list(RESOURCES[plural]) ?? [];
      return new Map(objects.filter((object) => !isSystem(object)).map((object) => [keyOf(object), object]));
    },
    /** What a reconcile should have seen by now and has not, as a sentence. */
    unreconciled(truth) {
      for (const plural of PLURALS) {
        for (const [key, { metadata }] of truth[plural]) {
          const seen = reconciled[plural].get(key)?.resourceVersion;
          if (seen !== metadata.resourceVersion) {
            return `${plural} ${key} was reconciled at version ${seen}, not at ${metadata.resourceVersion}`;
          }
        }
      }
      return undefined;
    },
    /** Why the manager says that it is not ready. */
    problems: () => manager.ready().reasons,
    async stop() {
      await manager.stop();
      await transport.close();
    },
  };
}
