import type { Behaviours } from '../behaviour.ts';
import { setCustomResourceDefinitionDefaults } from '../defaults/others.ts';
import { nameAndCreation } from '../printers/columns.ts';
import {
  beginDefinitionDeletion,
  prepareDefinitionForCreate,
  prepareDefinitionForUpdate,
} from '../strategy/apiextensions.ts';

import { validateDefinition, validateDefinitionUpdate } from '../validation/definition/definition.ts';

/** Names, storage versions, the table, and what a definition may say. */
export const apiextensions: Behaviours = {
  CustomResourceDefinition: {
    defaults: setCustomResourceDefinitionDefaults,
    prepareForCreate: prepareDefinitionForCreate,
    prepareForUpdate: prepareDefinitionForUpdate,
    beginDeletion: beginDefinitionDeletion,
    validate: validateDefinition,
    validateUpdate: validateDefinitionUpdate,
    printer: nameAndCreation,
  },
};
