import { ValidatingAdmissionPolicy } from '@opwright/kubernetes/admissionregistration';
import type { JsonObject } from '@opwright/machinery';
import { controller } from 'opwright';
import type { Registry } from '../kinds/registry.ts';
import { policyTypeWarnings } from './policy-types.ts';

/** Says in the status of each policy what its expressions would meet in the kinds that it is for. */
export function policyStatusController(registry: Registry) {
  return controller(ValidatingAdmissionPolicy, { name: 'validatingadmissionpolicy-status' }).reconcile(
    async (policy, ctx) => {
      const { generation = 0 } = policy.metadata;
      if (generation <= (policy.status?.observedGeneration ?? 0)) return;
      const expressionWarnings = [...policyTypeWarnings(policy as unknown as JsonObject, registry)];
      ctx.status({
        observedGeneration: generation,
        typeChecking: expressionWarnings.length === 0 ? {} : { expressionWarnings },
      });
    },
  );
}
