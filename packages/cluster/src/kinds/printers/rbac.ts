import type { Printer } from '../behaviour.ts';
import { at, items, text } from '../tree.ts';
import { ageOf, columns, nameOf } from './columns.ts';

export const bindingPrinter: Printer = {
  columns: columns('Name', 'Role', 'Age', 'Users*', 'Groups*', 'ServiceAccounts*'),
  row(binding, nowMs) {
    const role = at(binding, 'roleRef');
    const subjects = items(binding, 'subjects');
    const names = (kind: string) =>
      subjects
        .filter((subject) => text(subject, 'kind') === kind)
        .map((subject) => (kind === 'ServiceAccount' ? `${text(subject, 'namespace')}/` : '') + text(subject, 'name'))
        .join(', ');
    return [
      nameOf(binding),
      `${text(role, 'kind')}/${text(role, 'name')}`,
      ageOf(binding, nowMs),
      names('User'),
      names('Group'),
      names('ServiceAccount'),
    ];
  },
};
