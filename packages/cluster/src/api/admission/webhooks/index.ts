import type { AdmissionPlugin } from '../admission.ts';
import type { WebhookSurroundings } from './dispatch.ts';
import { mutatingWebhooks } from './mutating.ts';
import { validatingWebhooks } from './validating.ts';

export { type WebhookCaller, webhookCaller } from './caller.ts';
export { evaluateConditions } from './match-conditions.ts';
export { serviceResolver } from './services.ts';

/** The admission plugins that ask webhooks, in Kubernetes' order. */
export function webhookAdmission(surroundings: WebhookSurroundings): readonly AdmissionPlugin[] {
  return [mutatingWebhooks(surroundings), validatingWebhooks(surroundings)];
}
