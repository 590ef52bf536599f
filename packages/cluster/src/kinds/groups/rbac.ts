import type { JsonObject } from '@opwright/machinery';
import type { Behaviours, KindBehaviour } from '../behaviour.ts';
import { setBindingDefaults } from '../defaults/rbac.ts';
import type { FieldError } from '../kind.ts';
import { nameAndCreation } from '../printers/columns.ts';
import { bindingPrinter } from '../printers/rbac.ts';
import { pathSegmentName } from '../validation/names.ts';

import * as validation from '../validation/rbac.ts';

const role = { nameRule: pathSegmentName, printer: nameAndCreation };
const binding = { nameRule: pathSegmentName, defaults: setBindingDefaults, printer: bindingPrinter };

/** The strategies of these kinds validate an update twice, so that every error is reported twice. */
function validatedTwice(
  validate: (object: JsonObject) => FieldError[],
  validateUpdate: (object: JsonObject, old: JsonObject) => FieldError[] = () => [],
): Pick<KindBehaviour, 'validate' | 'validateUpdate'> {
  return { validate, validateUpdate: (object, old) => [...validate(object), ...validateUpdate(object, old)] };
}

export const rbac: Behaviours = {
  Role: { ...role, ...validatedTwice(validation.validateRole) },
  ClusterRole: { ...role, ...validatedTwice(validation.validateClusterRole) },
  RoleBinding: { ...binding, ...validatedTwice(validation.validateRoleBinding, validation.validateBindingUpdate) },
  ClusterRoleBinding: {
    ...binding,
    ...validatedTwice(validation.validateClusterRoleBinding, validation.validateBindingUpdate),
  },
};
