import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateLabelValue,
} from '@opwright/machinery';
import { at, field, int, items, text, texts } from '../../tree.ts';
import { labelKeyErrors, NOT_POSITIVE, oneOf, presentOneOf, qualifiedNameErrors } from '../checks.ts';
import { labelSelectorErrors } from '../label-selector.ts';

/* What a scheduler looks at, beside affinity. */

export const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function tolerationErrors(tolerations: readonly JsonObject[], path: string): FieldError[] {
  return tolerations.flatMap((toleration, index) => {
    const here = `${path}[${index}]`;
    const [key, operator, value] = ['key', 'operator', 'value'].map((name) => text(toleration, name));
    const effect = text(toleration, 'effect');
    const errors = key === '' ? [] : labelKeyErrors(key ?? '', `${here}.key`);
    if (key === '' && operator !== 'Exists') {
      const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalidValue(`${here}.operator`, operator, why));
    }
    if (field(toleration, 'tolerationSeconds') !== undefined && effect !== 'NoExecute') {
      const why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
      errors.push(invalidValue(`${here}.effect`, effect, why));
    }
    errors.push(...tolerationValueErrors(operator ?? '', value ?? '', `${here}.operator`));
    return [...errors, ...oneOf(toleration, 'effect', here, TAINT_EFFECTS)];
  });
}

function tolerationValueErrors(operator: string, value: string, path: string): FieldError[] {
  if (operator === 'Exists') {
    return value === '' ? [] : [invalidValue(path, value, "value must be empty when `operator` is 'Exists'")];
  }
  if (operator !== '' && operator !== 'Equal') return [unsupportedValue(path, operator, ['Equal', 'Exists'])];
  const why = validateLabelValue(value);
  return why.length === 0 ? [] : [invalidValue(path, value, why.join(';'))];
}

const DO_NOT_SCHEDULE = 'DoNotSchedule';

export function topologySpreadErrors(constraints: readonly JsonObject[], path: string): FieldError[] {
  return constraints.flatMap((constraint, index) => {
    const here = `${path}[${index}]`;
    const [topology, action] = [text(constraint, 'topologyKey'), text(constraint, 'whenUnsatisfiable')];
    const actions = [DO_NOT_SCHEDULE, 'ScheduleAnyway'];
    const isRepeated = constraints
      .slice(index + 1)
      .some((other) => text(other, 'topologyKey') === topology && text(other, 'whenUnsatisfiable') === action);
    const skew = int(constraint, 'maxSkew');
    return [
      ...(skew > 0 ? [] : [invalidValue(`${here}.maxSkew`, skew, NOT_POSITIVE)]),
      ...(topology === '' ? [requiredValue(`${here}.topologyKey`, 'can not be empty')] : []),
      ...(actions.includes(action) ? [] : [unsupportedValue(`${here}.whenUnsatisfiable`, action, actions)]),
      ...(isRepeated ? [duplicateValue(`${here}.{topologyKey, whenUnsatisfiable}`, `{${topology}, ${action}}`)] : []),
      ...minDomainsErrors(constraint, here, action),
      ...['nodeAffinityPolicy', 'nodeTaintsPolicy'].flatMap((key) =>
        presentOneOf(constraint, key, here, ['Honor', 'Ignore']),
      ),
      ...spreadLabelErrors(constraint, `${here}.matchLabelKeys`),
      ...labelSelectorErrors(at(constraint, 'labelSelector'), `${here}.labelSelector`),
    ];
  });
}

function minDomainsErrors(constraint: JsonObject, path: string, action: string): FieldError[] {
  if (field(constraint, 'minDomains') === undefined) return [];
  const count = int(constraint, 'minDomains');
  const wrong = (why: string) => invalidValue(`${path}.minDomains`, count, why);
  return [
    ...(count > 0 ? [] : [wrong(NOT_POSITIVE)]),
    ...(action === DO_NOT_SCHEDULE
      ? []
      : [wrong(`can only use minDomains if whenUnsatisfiable=${DO_NOT_SCHEDULE}, not ${action}`)]),
  ];
}

function spreadLabelErrors(constraint: JsonObject, path: string): FieldError[] {
  const names = texts(constraint, 'matchLabelKeys');
  if (names.length === 0) return [];
  const selector = at(constraint, 'labelSelector');
  const selected = new Set([
    ...Object.keys(at(selector, 'matchLabels') ?? {}),
    ...items(selector, 'matchExpressions').map((expression) => text(expression, 'key')),
  ]);
  const unset = forbiddenValue(path, 'must not be specified when labelSelector is not set');
  return [
    ...(selector === undefined ? [unset] : []),
    ...names.flatMap((name, index) => [
      ...labelKeyErrors(name, `${path}[${index}]`),
      ...(selected.has(name)
        ? [invalidValue(`${path}[${index}]`, name, 'exists in both matchLabelKeys and labelSelector')]
        : []),
    ]),
  ];
}

/** What a pod waits for, before it is scheduled and before it is ready. */
export function gateErrors(spec: JsonObject, path: string): FieldError[] {
  const names = items(spec, 'schedulingGates').map((gate) => text(gate, 'name'));
  return [
    ...items(spec, 'readinessGates').flatMap((gate, index) =>
      qualifiedNameErrors(text(gate, 'conditionType'), `${path}.readinessGates[${index}].conditionType`),
    ),
    ...names.flatMap((name, index) => {
      const here = `${path}.schedulingGates[${index}]`;
      const again = names.indexOf(name) < index ? [duplicateValue(here, name)] : [];
      return [...qualifiedNameErrors(name, here), ...again];
    }),
  ];
}
