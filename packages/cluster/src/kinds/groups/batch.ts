import type { Behaviours } from '../behaviour.ts';
import { copyTemplateLabels, setCronJobDefaults, setJobDefaults } from '../defaults/batch.ts';
import { cronJobPrinter, jobPrinter } from '../printers/batch.ts';
import { jobSelectors } from '../selectors.ts';
import { prepareJobForCreate } from '../strategy/workloads.ts';
import { validateCronJob } from '../validation/batch/cron-job.ts';
import { validateJob, validateJobUpdate } from '../validation/batch/job.ts';
import { validateJobStatusUpdate } from '../validation/batch/job-status.ts';
import { cronJobWarnings, jobWarnings } from '../warnings/others.ts';

export const batch: Behaviours = {
  Job: {
    defaults: setJobDefaults,
    prepareForCreate: prepareJobForCreate,
    defaultOnRead: copyTemplateLabels,
    warnings: jobWarnings,
    validate: validateJob,
    validateUpdate: validateJobUpdate,
    subresourceErrors: { status: validateJobStatusUpdate },
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
