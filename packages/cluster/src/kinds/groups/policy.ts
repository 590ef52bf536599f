import type { Behaviours } from '../behaviour.ts';
import { podDisruptionBudgetPrinter } from '../printers/policy.ts';

import { validatePodDisruptionBudget } from '../validation/others.ts';

export const policy: Behaviours = {
  PodDisruptionBudget: { validate: validatePodDisruptionBudget, printer: podDisruptionBudgetPrinter },
};
