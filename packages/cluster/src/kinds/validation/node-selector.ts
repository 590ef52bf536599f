import {
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  validateDns1123Subdomain,
  validateLabelValue,
} from '@opwright/machinery';
import { items, text, texts } from '../tree.ts';
import { labelKeyErrors, textErrors } from './checks.ts';
import { operatorErrors } from './label-selector.ts';

/* Which nodes will do. */

/** A choice of terms. @param checksValues the values have to be such as labels can have */
export function nodeSelectorErrors(selector: JsonObject, path: string, checksValues = false): FieldError[] {
  const terms = items(selector, 'nodeSelectorTerms');
  const here = `${path}.nodeSelectorTerms`;
  if (terms.length === 0) return [requiredValue(here, 'must have at least one node selector term')];
  return terms.flatMap((term, index) => nodeSelectorTermErrors(term, `${here}[${index}]`, checksValues));
}

export function nodeSelectorTermErrors(term: JsonObject | undefined, path: string, checksValues = false): FieldError[] {
  return [
    ...items(term, 'matchExpressions').flatMap((requirement, index) =>
      labelErrors(requirement, `${path}.matchExpressions[${index}]`, checksValues),
    ),
    ...items(term, 'matchFields').flatMap((requirement, index) =>
      fieldErrors(requirement, `${path}.matchFields[${index}]`),
    ),
  ];
}

function labelErrors(requirement: JsonObject, path: string, checksValues: boolean): FieldError[] {
  const values = texts(requirement, 'values');
  const keyErrors = labelKeyErrors(text(requirement, 'key'), `${path}.key`);
  const valueErrors = values.flatMap((value, index) =>
    textErrors(value, `${path}.values[${index}]`, validateLabelValue),
  );
  return [...countErrors(requirement, path, values.length), ...keyErrors, ...(checksValues ? valueErrors : [])];
}

/** Nodes are also selected by comparing numbers. */
function countErrors(requirement: JsonObject, path: string, count: number): FieldError[] {
  const operator = text(requirement, 'operator');
  if (operator !== 'Gt' && operator !== 'Lt') return operatorErrors(requirement, path);
  if (count === 1) return [];
  return [requiredValue(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")];
}

/** The only field is the name. */
function fieldErrors(requirement: JsonObject, path: string): FieldError[] {
  const values = texts(requirement, 'values');
  const [key, operator] = [text(requirement, 'key'), text(requirement, 'operator')];
  const errors: FieldError[] = [];
  if (operator !== 'In' && operator !== 'NotIn') {
    errors.push(invalidValue(`${path}.operator`, operator, 'not a valid selector operator'));
  } else if (values.length !== 1) {
    const why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(requiredValue(`${path}.values`, why));
  }
  if (key !== 'metadata.name') return [...errors, invalidValue(`${path}.key`, key, 'not a valid field selector key')];
  const named = values.flatMap((value, index) =>
    textErrors(value, `${path}.values[${index}]`, validateDns1123Subdomain),
  );
  return [...errors, ...named];
}
