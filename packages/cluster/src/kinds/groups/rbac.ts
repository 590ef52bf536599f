import type { Behaviours } from '../behaviour.ts';
import { setBindingDefaults } from '../defaults/rbac.ts';
import { nameAndCreation } from '../printers/columns.ts';
import { bindingPrinter } from '../printers/rbac.ts';
import { pathSegmentName } from '../validation/names.ts';

const role = { nameRule: pathSegmentName, printer: nameAndCreation };
const binding = { nameRule: pathSegmentName, defaults: setBindingDefaults, printer: bindingPrinter };

export const rbac: Behaviours = {
  Role: role,
  ClusterRole: role,
  RoleBinding: binding,
  ClusterRoleBinding: binding,
};
