import type { Behaviours } from '../behaviour.ts';
import { podDisruptionBudgetPrinter } from '../printers/policy.ts';
import { validatePodDisruptionBudget } from '../validation/others.ts';
import { disruptionBudgetStatusErrors } from '../validation/status.ts';

export const policy: Behaviours = {
  PodDisruptionBudget: {
    validate: validatePodDisruptionBudget,
    subresourceErrors: { status: disruptionBudgetStatusErrors },
    printer: podDisruptionBudgetPrinter,
  },
};
