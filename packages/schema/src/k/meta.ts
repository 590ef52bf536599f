import { type ArrayNode, array, listMap } from './array.ts';
import { int64 } from './number.ts';
import { object } from './object.ts';
import { record } from './record.ts';
import { enumOf, string, time } from './string.ts';

/** One condition, with the limits of metav1.Condition. */
export function condition() {
  return object({
    lastTransitionTime: time(),
    message: string().maxLength(32768),
    observedGeneration: int64().min(0).optional(),
    reason: string().minLength(1).maxLength(1024).pattern('^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$'),
    status: enumOf('True', 'False', 'Unknown'),
    type: string()
      .maxLength(316)
      .pattern(
        '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$',
      ),
  });
}

/** `status.conditions`: metav1.Condition, one per type. */
export function conditions(): ArrayNode<ReturnType<typeof condition>> {
  return listMap(condition(), ['type']);
}

/** The metadata of a template: what survives pruning of an ObjectMeta inside a spec. */
export function templateMeta() {
  return object({
    annotations: record(string()).optional(),
    finalizers: array(string()).optional(),
    labels: record(string()).optional(),
    name: string().optional(),
    namespace: string().optional(),
  });
}
