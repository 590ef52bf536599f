import {
  duplicateValue,
  type FieldError,
  invalidValue,
  type JsonObject,
  parseJson,
  requiredValue,
} from '@opwright/machinery';
import { at, items, text } from '../tree.ts';
import { goStruct } from './go-values.ts';

/* What flow schemas and priority levels have in common. */

/** The specs that Kubernetes insists on, by name, out of lines with a name and its JSON. */
export function mandatorySpecs(lines: string): ReadonlyMap<string, JsonObject> {
  const specs = new Map<string, JsonObject>();
  for (const line of lines.trim().split('\n')) {
    const space = line.indexOf(' ');
    const name = line.slice(0, space);
    if (name === 'exempt' || name === 'catch-all') specs.set(name, parseJson(line.slice(space)).value as JsonObject);
  }
  return specs;
}

export function fixedSpec(type: string, which: string): FieldError {
  return invalidValue('spec', goStruct(`flowcontrol.${type}`), `${which} must equal the fixed value`);
}

export function flowStatusErrors(object: JsonObject): FieldError[] {
  const conditions = items(at(object, 'status'), 'conditions');
  const types = conditions.map((condition) => text(condition, 'type'));
  return types.flatMap((type, index) => {
    const path = `status.conditions[${index}].type`;
    return [
      ...(types.indexOf(type) < index ? [duplicateValue(path, type)] : []),
      ...(type === '' ? [requiredValue(path, 'must not be empty')] : []),
    ];
  });
}
