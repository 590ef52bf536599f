import type { Behaviours } from '../behaviour.ts';
import { setCustomResourceDefinitionDefaults } from '../defaults/others.ts';
import { nameAndCreation } from '../printers/columns.ts';
import { prepareDefinitionForCreate, prepareDefinitionForUpdate } from '../strategy/apiextensions.ts';

import { validateDefinitionUpdate } from '../validation/others.ts';

/** Names, storage versions and the table; what a schema may say is the business of the CRD rules. */
export const apiextensions: Behaviours = {
  CustomResourceDefinition: {
    defaults: setCustomResourceDefinitionDefaults,
    prepareForCreate: prepareDefinitionForCreate,
    prepareForUpdate: prepareDefinitionForUpdate,
    validateUpdate: validateDefinitionUpdate,
    printer: nameAndCreation,
  },
};
