import type { Behaviours } from '../behaviour.ts';
import { podDisruptionBudgetPrinter } from '../printers/policy.ts';

export const policy: Behaviours = {
  PodDisruptionBudget: { printer: podDisruptionBudgetPrinter },
};
