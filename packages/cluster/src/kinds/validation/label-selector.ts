import {
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  validateLabelKey,
  validateLabelValue,
} from '@opwright/machinery';
import { at, items, text, textEntries, texts } from '../tree.ts';

/** What is wrong with a LabelSelector. */
export function labelSelectorErrors(selector: JsonObject | undefined, path: string): FieldError[] {
  const expressions = items(selector, 'matchExpressions').flatMap((expression, index) =>
    labelRequirementErrors(expression, `${path}.matchExpressions[${index}]`),
  );
  return [...labelErrors(at(selector, 'matchLabels'), `${path}.matchLabels`), ...expressions];
}

/** What is wrong with labels, each of which is named by the place of all. */
export function labelErrors(labels: JsonObject | undefined, path: string): FieldError[] {
  return textEntries(labels).flatMap(([key, value]) => [
    ...validateLabelKey(key).map((why) => invalidValue(path, key, why)),
    ...validateLabelValue(value).map((why) => invalidValue(path, value, why)),
  ]);
}

/**
 * What is wrong with one requirement on labels.
 * @param unknownOperators operators that this version does not know are let through
 */
export function labelRequirementErrors(requirement: JsonObject, path: string, unknownOperators = false): FieldError[] {
  const key = text(requirement, 'key');
  return [
    ...operatorErrors(requirement, path, unknownOperators),
    ...validateLabelKey(key).map((why) => invalidValue(`${path}.key`, key, why)),
    ...texts(requirement, 'values').flatMap((value, index) =>
      validateLabelValue(value).map((why) => invalidValue(`${path}.values[${index}]`, value, why)),
    ),
  ];
}

/** What is wrong with the operator of a requirement and the number of its values. */
export function operatorErrors(requirement: JsonObject, path: string, unknownOperators = false): FieldError[] {
  const count = texts(requirement, 'values').length;
  const operator = text(requirement, 'operator');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (count > 0) return [];
      return [requiredValue(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist':
      if (count === 0) return [];
      return [forbiddenValue(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
    default:
      return unknownOperators ? [] : [invalidValue(`${path}.operator`, operator, 'not a valid selector operator')];
  }
}
