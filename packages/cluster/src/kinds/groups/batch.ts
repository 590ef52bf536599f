import type { Behaviours } from '../behaviour.ts';
import { copyTemplateLabels, setCronJobDefaults, setJobDefaults } from '../defaults/batch.ts';
import { cronJobPrinter, jobPrinter } from '../printers/batch.ts';
import { jobSelectors } from '../selectors.ts';
import { prepareJobForCreate } from '../strategy/workloads.ts';
import { validateCronJob, validateJob, validateJobUpdate } from '../validation/batch.ts';
import { jobStatusErrors } from '../validation/status.ts';
import { both } from '../validation/workload.ts';
import { cronJobWarnings, jobWarnings } from '../warnings/others.ts';

export const batch: Behaviours = {
  Job: {
    defaults: setJobDefaults,
    prepareForCreate: prepareJobForCreate,
    defaultOnRead: copyTemplateLabels,
    warnings: jobWarnings,
    validate: validateJob,
    validateUpdate: both(validateJobUpdate, jobStatusErrors),
    podTemplate: ['spec', 'template'],
    orphaningWarning:
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
    printer: jobPrinter,
    selectors: jobSelectors,
  },
  CronJob: {
    defaults: setCronJobDefaults,
    podTemplate: ['spec', 'jobTemplate', 'spec', 'template'],
    warnings: cronJobWarnings,
    validate: validateCronJob,
    printer: cronJobPrinter,
  },
};
