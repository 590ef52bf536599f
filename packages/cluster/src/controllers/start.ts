import { type Client, createClient, type Transport } from '@opwright/client';
import type { AnyResource, Clock, Random } from '@opwright/machinery';
import { createManager, defineOperator, type Logger, type Manager } from 'opwright';
import type { ObjectFeed } from './feed.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { kubelet, type KubeletOptions, registerNode } from './kubelet/kubelet.ts';
import { namespaceController } from './namespace.ts';
import { scheduler } from './scheduler.ts';
import { serviceAccountController } from './service-account.ts';

export interface ControllersOptions {
  /** A transport for each component, under the component's own user name. */
  readonly transportOf: (user: string) => Transport;
  readonly feed: ObjectFeed;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** PEM. */
  readonly rootCa: () => string;
  readonly namespacedResources: () => readonly AnyResource[];
  /** Default `node-1`. */
  readonly nodeName?: string;
}

/** Starts what a control plane runs beside its API server. @returns ends it */
export async function startControllers(options: ControllersOptions): Promise<() => Promise<void>> {
  const { transportOf, feed, clock, random, log, nodeName = 'node-1' } = options;
  const clientOf = (user: string, fieldManager: string): Client => createClient(transportOf(user), { fieldManager });
  const managers: Manager[] = [];
  const start = (user: string, operator: ReturnType<typeof defineOperator>) => {
    const manager = createManager(operator, {
      transport: transportOf(user),
      clock,
      random,
      logger: log,
      metricsAddress: '0',
      probeAddress: '0',
    });
    managers.push(manager);
    return manager.start();
  };

  const controllerManager = 'system:kube-controller-manager';
  const controllerClient = clientOf(controllerManager, 'kube-controller-manager');
  const node = `system:node:${nodeName}`;
  const kubeletOptions: KubeletOptions = { client: clientOf(node, 'kubelet'), clock, random, nodeName };

  const stopCollector = startGarbageCollector({ client: controllerClient, feed, clock, log });
  await registerNode(kubeletOptions);
  await Promise.all([
    start(
      controllerManager,
      defineOperator({
        name: 'kube-controller-manager',
        controllers: [
          namespaceController({ client: controllerClient, namespacedResources: options.namespacedResources }),
          serviceAccountController(options.rootCa),
        ],
      }),
    ),
    start(
      'system:kube-scheduler',
      defineOperator({
        name: 'default-scheduler',
        controllers: [scheduler(clientOf('system:kube-scheduler', 'kube-scheduler'))],
      }),
    ),
    start(node, defineOperator({ name: 'kubelet', controllers: [kubelet(kubeletOptions)] })),
  ]);
  return async () => {
    await Promise.all([stopCollector(), ...managers.map((manager) => manager.stop())]);
  };
}
