import {
  invalidValue,
  type JsonObject,
  type LabelOperator,
  labelRequirement,
  parseFieldSelector,
  parseLabelSelector,
  requiredValue,
} from '@opwright/machinery';
import type { FieldError } from '../../kinds/kind.ts';
import { at, items, text, texts } from '../../kinds/tree.ts';
import { labelRequirementErrors, operatorErrors } from '../../kinds/validation/label-selector.ts';

/*
 * Selectors in questions about access: what the one who wants to list or watch would select. Rules of RBAC do not look at
 * them, but a question with a selector that is none is told so.
 */

/** What is wrong with the selectors of resource attributes. Newer operators than ours are let through. */
export function selectorErrors(resource: JsonObject | undefined, path: string): FieldError[] {
  return [
    ...oneSelectorErrors(at(resource, 'fieldSelector'), `${path}.fieldSelector`, fieldRequirementErrors),
    ...oneSelectorErrors(at(resource, 'labelSelector'), `${path}.labelSelector`, (requirement, here) =>
      labelRequirementErrors(requirement, here, true),
    ),
  ];
}

function oneSelectorErrors(
  selector: JsonObject | undefined,
  path: string,
  errorsOf: (requirement: JsonObject, path: string) => FieldError[],
): FieldError[] {
  if (selector === undefined) return [];
  const raw = text(selector, 'rawSelector');
  const requirements = items(selector, 'requirements');
  const errors: FieldError[] = [];
  if (raw !== '' && requirements.length > 0) {
    errors.push(invalidValue(`${path}.rawSelector`, raw, 'may not specified at the same time as requirements'));
  }
  if (raw === '' && requirements.length === 0) {
    const why = `when ${path} is specified, requirements or rawSelector is required`;
    errors.push(requiredValue(`${path}.requirements`, why));
  }
  return [
    ...errors,
    ...requirements.flatMap((requirement, index) => errorsOf(requirement, `${path}.requirements[${index}]`)),
  ];
}

function fieldRequirementErrors(requirement: JsonObject, path: string): FieldError[] {
  const unnamed = text(requirement, 'key') === '' ? [requiredValue(`${path}.key`, 'must be specified')] : [];
  return [...unnamed, ...operatorErrors(requirement, path, true)];
}

/** Which selectors do not count because this server does not understand them; '' for none. */
export function selectorProblems(resource: JsonObject | undefined): string {
  const fields = problem(at(resource, 'fieldSelector'), parseFieldSelector, isKnownFieldRequirement);
  const labels = problem(at(resource, 'labelSelector'), parseLabelSelector, isKnownLabelRequirement);
  return Object.entries({ fieldSelector: fields, labelSelector: labels })
    .filter(([, how]) => how !== undefined)
    .map(([name, how]) => `spec.resourceAttributes.${name} ${how} due to parse error`)
    .join('; ');
}

function problem(
  selector: JsonObject | undefined,
  parse: (text: string) => unknown,
  isKnown: (requirement: JsonObject) => boolean,
): 'ignored' | 'partially ignored' | undefined {
  if (selector === undefined) return undefined;
  const requirements = items(selector, 'requirements');
  if (requirements.length === 0) return succeeds(() => parse(text(selector, 'rawSelector'))) ? undefined : 'ignored';
  const known = requirements.filter(isKnown).length;
  if (known === requirements.length) return undefined;
  return known === 0 ? 'ignored' : 'partially ignored';
}

const LABEL_OPERATORS: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

function isKnownLabelRequirement(requirement: JsonObject): boolean {
  const operator = LABEL_OPERATORS[text(requirement, 'operator')];
  if (operator === undefined) return false;
  return succeeds(() => labelRequirement(text(requirement, 'key'), operator, texts(requirement, 'values')));
}

/** Fields can be compared with one value only. */
function isKnownFieldRequirement(requirement: JsonObject): boolean {
  const operator = text(requirement, 'operator');
  return (operator === 'In' || operator === 'NotIn') && texts(requirement, 'values').length === 1;
}

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
