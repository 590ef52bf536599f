import type { MutableObject } from '../kind.ts';
import { each, ensure, setDefault } from '../tree.ts';

const group = 'rbac.authorization.k8s.io';

export function setBindingDefaults(binding: MutableObject): void {
  setDefault(ensure(binding, 'roleRef'), 'apiGroup', group);
  for (const subject of each(binding, 'subjects')) {
    if (subject.kind === 'User' || subject.kind === 'Group') setDefault(subject, 'apiGroup', group);
  }
}
