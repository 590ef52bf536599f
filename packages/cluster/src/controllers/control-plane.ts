import { createClient } from '@opwright/client';
import type { AnyResource } from '@opwright/machinery';
import { createManager, defineOperator, type Manager, type Operator } from 'opwright';
import type { Registry } from '../kinds/registry.ts';
import { certificateSigner } from './certificate-signer.ts';
import { clusterRoleAggregation } from './cluster-role-aggregation.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { kubelet, registerNode } from './kubelet/kubelet.ts';
import { namespaceController } from './namespace.ts';
import { policyStatusController } from './policy-status.ts';
import { resourceOf } from './resource-of.ts';
import { scheduler } from './scheduler.ts';
import { serviceAccountController } from './service-account.ts';
import { serviceAccountTokenController } from './service-account-token.ts';
import { storeFeed } from './store-feed.ts';

const NODE_NAME = 'node-1';

/** Deletes what nobody owns any more. */
export function garbageCollector(context: ControllerContext): Controller {
  const { transport, store, registry, clock, log } = context;
  let stop: (() => Promise<void>) | undefined;
  return {
    name: 'garbage-collector',
    async start() {
      const client = createClient(transport, { fieldManager: 'kube-controller-manager' });
      stop = startGarbageCollector({ client, feed: storeFeed(store, registry), clock, log });
    },
    stop: async () => stop?.(),
  };
}

/** Namespaces, service accounts with their tokens, aggregated cluster roles, admission policies and certificates. */
export function controllerManager(context: ControllerContext): Controller {
  const client = createClient(context.transport, { fieldManager: 'kube-controller-manager' });
  return managed(
    context,
    defineOperator({
      name: 'kube-controller-manager',
      controllers: [
        namespaceController({ client, namespacedResources: () => namespacedResources(context.registry) }),
        serviceAccountController(context.rootCa),
        clusterRoleAggregation(client),
        serviceAccountTokenController({ client, rootCa: context.rootCa, issue: context.accountToken }),
        policyStatusController(context.registry),
        certificateSigner({ clock: context.clock, sign: context.signCertificate }),
      ],
    }),
  );
}

export function kubeScheduler(context: ControllerContext): Controller {
  const client = createClient(context.transport, { fieldManager: 'kube-scheduler' });
  return managed(context, defineOperator({ name: 'default-scheduler', controllers: [scheduler(client)] }));
}

export function nodeAgent(context: ControllerContext): Controller {
  const client = createClient(context.transport, { fieldManager: 'kubelet' });
  const taken = new Set(context.store.list('pods').items.flatMap(({ status }) => podIP(status)));
  const options = { client, clock: context.clock, random: context.random, nodeName: NODE_NAME, taken };
  const running = managed(context, defineOperator({ name: 'kubelet', controllers: [kubelet(options)] }));
  return {
    ...running,
    async start() {
      await registerNode(options);
      await running.start();
    },
  };
}

function podIP(status: unknown): readonly string[] {
  const { podIP } = (status ?? {}) as { podIP?: unknown };
  return typeof podIP === 'string' ? [podIP] : [];
}

function managed({ transport, clock, random, log }: ControllerContext, operator: Operator): Controller {
  let manager: Manager | undefined;
  return {
    name: operator.name,
    async start() {
      manager = createManager(operator, {
        transport,
        clock,
        random,
        logger: log,
        metricsAddress: '0',
        probeAddress: '0',
      });
      await manager.start();
    },
    stop: async () => manager?.stop(),
  };
}

/** One version of each namespaced resource whose objects can be listed and deleted. */
function namespacedResources(registry: Registry): readonly AnyResource[] {
  const byStorage = new Map<string, AnyResource>();
  for (const kind of registry.kinds()) {
    if (kind.scope !== 'Namespaced' || !kind.verbs.includes('list') || !kind.verbs.includes('deletecollection'))
      continue;
    if (!byStorage.has(kind.storage)) byStorage.set(kind.storage, resourceOf(kind));
  }
  return [...byStorage.values()];
}
