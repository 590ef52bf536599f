import type { Behaviours } from '../behaviour.ts';
import { setBindingDefaults } from '../defaults/rbac.ts';
import { nameAndCreation } from '../printers/columns.ts';
import { bindingPrinter } from '../printers/rbac.ts';
import { pathSegmentName } from '../validation/names.ts';

import * as validation from '../validation/rbac.ts';

const role = { nameRule: pathSegmentName, printer: nameAndCreation };
const binding = {
  nameRule: pathSegmentName,
  defaults: setBindingDefaults,
  validateUpdate: validation.validateBindingUpdate,
  printer: bindingPrinter,
};

export const rbac: Behaviours = {
  Role: { ...role, validate: validation.validateRole },
  ClusterRole: { ...role, validate: validation.validateClusterRole },
  RoleBinding: { ...binding, validate: validation.validateRoleBinding },
  ClusterRoleBinding: { ...binding, validate: validation.validateClusterRoleBinding },
};
