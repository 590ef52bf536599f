import type { Behaviours } from '../behaviour.ts';
import { setCronJobDefaults, setJobDefaults } from '../defaults/batch.ts';
import { cronJobPrinter, jobPrinter } from '../printers/batch.ts';
import { jobSelectors } from '../selectors.ts';
import { templateWarnings } from '../strategy/warnings.ts';
import { prepareJobForCreate } from '../strategy/workloads.ts';
import { validateCronJob, validateJob, validateJobUpdate } from '../validation/batch.ts';

export const batch: Behaviours = {
  Job: {
    defaults: setJobDefaults,
    prepareForCreate: prepareJobForCreate,
    validate: validateJob,
    validateUpdate: validateJobUpdate,
    warnings: templateWarnings,
    printer: jobPrinter,
    selectors: jobSelectors,
  },
  CronJob: { defaults: setCronJobDefaults, validate: validateCronJob, printer: cronJobPrinter },
};
