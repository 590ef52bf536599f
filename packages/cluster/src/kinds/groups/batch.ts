import type { Behaviours } from '../behaviour.ts';
import { setCronJobDefaults, setJobDefaults } from '../defaults/batch.ts';
import { cronJobPrinter, jobPrinter } from '../printers/batch.ts';
import { jobSelectors } from '../selectors.ts';
import { prepareJobForCreate } from '../strategy/workloads.ts';

export const batch: Behaviours = {
  Job: {
    defaults: setJobDefaults,
    prepareForCreate: prepareJobForCreate,
    printer: jobPrinter,
    selectors: jobSelectors,
  },
  CronJob: { defaults: setCronJobDefaults, printer: cronJobPrinter },
};
