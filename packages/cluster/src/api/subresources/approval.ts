import { formatTime, isPlainObject } from '@opwright/machinery';
import type { MutableObject, ServedKind } from '../../kinds/kind.ts';
import { each, items, text, within } from '../../kinds/tree.ts';
import type { Endpoint } from '../endpoint.ts';
import { fieldEndpoint } from './field.ts';

/** `approval`: the conditions of a certificate request, with the times at which they came about. */
export function approvalEndpoint(kind: ServedKind): Endpoint {
  const conditions = fieldEndpoint(kind, 'approval', ['status', 'conditions']);
  return {
    ...conditions,
    prepareForUpdate(object, old, context) {
      conditions.prepareForUpdate(object, old, context);
      const before = items(isPlainObject(old.status) ? (old.status as never) : undefined, 'conditions');
      const now = formatTime(context.nowMs);
      for (const condition of each(within(object, 'status'), 'conditions')) setTimes(condition, before, now);
    },
  };
}

function setTimes(condition: MutableObject, before: ReturnType<typeof items>, now: string): void {
  condition.lastUpdateTime ??= now;
  const same = before.find((old) => old.type === condition.type && old.status === condition.status);
  condition.lastTransitionTime ??= text(same, 'lastTransitionTime') || now;
}
