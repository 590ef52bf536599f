import type { MutableObject } from '../kind.ts';
import { ensure } from '../tree.ts';

/** The generation never counts. */
export function preparePriorityClassForCreate(priorityClass: MutableObject): void {
  ensure(priorityClass, 'metadata').generation = 1;
}
