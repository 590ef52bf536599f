import { controllerManager, garbageCollector, kubeScheduler, nodeAgent } from './control-plane.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { resourceQuotaController } from './resource-quota.ts';

/** What each profile starts, in this order; it is stopped in the reverse one. */
const PROFILES: Readonly<Record<'cluster' | 'envtest', readonly ((context: ControllerContext) => Controller)[]>> = {
  envtest: [],
  cluster: [garbageCollector, resourceQuotaController, controllerManager, kubeScheduler, nodeAgent],
};

export function controllersOf(profile: 'cluster' | 'envtest', context: ControllerContext): Controller[] {
  return PROFILES[profile].map((create) => create(context));
}
