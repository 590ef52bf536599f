import type { Behaviours } from '../behaviour.ts';
import { setCronJobDefaults, setJobDefaults } from '../defaults/batch.ts';
import { cronJobPrinter, jobPrinter } from '../printers/batch.ts';
import { jobSelectors } from '../selectors.ts';
import { templateWarnings } from '../strategy/warnings.ts';
import { prepareJobForCreate } from '../strategy/workloads.ts';
import { validateCronJob, validateJob, validateJobUpdate } from '../validation/batch.ts';
import { jobStatusErrors } from '../validation/status.ts';
import { both } from '../validation/workload.ts';

export const batch: Behaviours = {
  Job: {
    defaults: setJobDefaults,
    prepareForCreate: prepareJobForCreate,
    validate: validateJob,
    validateUpdate: both(validateJobUpdate, jobStatusErrors),
    warnings: templateWarnings,
    orphaningWarning:
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
    printer: jobPrinter,
    selectors: jobSelectors,
  },
  CronJob: { defaults: setCronJobDefaults, validate: validateCronJob, printer: cronJobPrinter },
};
