import { duplicateValue, type FieldError, type JsonObject, validateDns1123Label } from '@opwright/machinery';
import { at, items, text } from '../tree.ts';
import { textErrors } from './checks.ts';
import { goStruct } from './go-values.ts';
import { immutable } from './immutable.ts';
import { labelErrors } from './label-selector.ts';
import { resourceErrors } from './pod/resources.ts';
import { tolerationErrors } from './pod/scheduling.ts';

/** Of a new one: an update may change all but the handler, unseen. */
export function validateRuntimeClass(runtimeClass: JsonObject, old: JsonObject | undefined): FieldError[] {
  if (old !== undefined) return [];
  const overhead = at(runtimeClass, 'overhead', 'podFixed');
  const scheduling = at(runtimeClass, 'scheduling');
  return [
    ...textErrors(text(runtimeClass, 'handler'), 'handler', validateDns1123Label),
    ...(overhead === undefined ? [] : resourceErrors({ limits: overhead }, 'overhead')),
    ...labelErrors(at(scheduling, 'nodeSelector'), 'scheduling.nodeSelector'),
    ...classTolerationErrors(items(scheduling, 'tolerations')),
  ];
}

function classTolerationErrors(tolerations: readonly JsonObject[]): FieldError[] {
  const path = 'scheduling.tolerations';
  const identities = tolerations.map((toleration) =>
    JSON.stringify(['key', 'operator', 'value', 'effect'].map((key) => text(toleration, key))),
  );
  return [
    // Messages have the name twice.
    ...tolerationErrors(tolerations, `${path}.tolerations`),
    ...identities.flatMap((identity, index) =>
      identities.indexOf(identity) < index ? [duplicateValue(`${path}[${index}]`, goStruct('core.Toleration'))] : [],
    ),
  ];
}

export function validateRuntimeClassUpdate(runtimeClass: JsonObject, old: JsonObject): FieldError[] {
  return immutable(runtimeClass, old, 'handler', '');
}
