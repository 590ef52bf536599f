import {
  compareQuantities,
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  quantityAsNumber,
  RawGoText,
  requiredValue,
  validateQualifiedName,
} from '@opwright/machinery';
import { at, field, items, text, texts } from '../tree.ts';
import { goList } from './go-values.ts';
import {
  amountErrors,
  canBeOvercommitted,
  containerResourceNameErrors,
  goAmount,
  isPodResource,
  isQuotaResource,
  resourceNameErrors,
} from './resource-names.ts';

/* ResourceQuotas and LimitRanges. */

/** @see ResourceQuotaSpec in the API reference */
export function validateResourceQuota(quota: JsonObject): FieldError[] {
  const spec = at(quota, 'spec');
  const hard = at(spec, 'hard') ?? {};
  const status = at(quota, 'status');
  return [
    ...quotaAmountErrors(hard, 'spec.hard'),
    ...scopeErrors(spec, Object.keys(hard).sort()),
    ...scopeSelectorErrors(spec, Object.keys(hard).sort()),
    ...quotaAmountErrors(at(status, 'hard') ?? {}, 'status.hard'),
    ...quotaAmountErrors(at(status, 'used') ?? {}, 'status.used'),
  ];
}

export function validateResourceQuotaUpdate(quota: JsonObject, old: JsonObject): FieldError[] {
  const scopes = (of: JsonObject) => [...texts(at(of, 'spec'), 'scopes')].sort();
  if (JSON.stringify(scopes(quota)) === JSON.stringify(scopes(old))) return [];
  return [invalidValue('spec.scopes', goScopes(texts(at(quota, 'spec'), 'scopes')), 'field is immutable')];
}

function quotaAmountErrors(amounts: JsonObject, path: string): FieldError[] {
  return Object.keys(amounts)
    .sort()
    .flatMap((name) => {
      const here = `${path}[${name}]`;
      const isKnown = name.includes('/') || isQuotaResource(name);
      return [
        ...resourceNameErrors(name, here),
        ...(isKnown ? [] : [invalidValue(here, new RawGoText(name), 'must be a standard resource for quota')]),
        ...amountErrors(name, String(amounts[name]), here),
      ];
    });
}

const anyPods = new Set(['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'CrossNamespacePodAffinity']);
const opposites = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

function isScope(scope: string): boolean {
  return anyPods.has(scope) || scope === 'PriorityClass';
}

/** Whether a quota with a scope can limit a resource. */
function fitsScope(scope: string, resource: string): boolean {
  if (!isScope(scope) || !isQuotaResource(resource)) return true;
  return scope === 'BestEffort' ? resource === 'pods' : isPodResource(resource);
}

function goScopes(scopes: readonly string[]): RawGoText {
  return goList(scopes, '[]core.ResourceQuotaScope');
}

function scopeErrors(spec: JsonObject | undefined, resources: readonly string[]): FieldError[] {
  const scopes = texts(spec, 'scopes');
  const wrong = (why: string) => invalidValue('spec.scopes', goScopes(scopes), why);
  return [
    ...scopes.flatMap((scope) => [
      ...(isScope(scope) ? [] : [wrong('unsupported scope')]),
      ...resources
        .filter((resource) => !fitsScope(scope, resource))
        .map(() => wrong('unsupported scope applied to resource')),
    ]),
    ...opposites.filter((pair) => pair.every((scope) => scopes.includes(scope))).map(() => wrong('conflicting scopes')),
  ];
}

function scopeSelectorErrors(spec: JsonObject | undefined, resources: readonly string[]): FieldError[] {
  const path = 'spec.scopeSelector.matchExpressions';
  const expressions = items(at(spec, 'scopeSelector'), 'matchExpressions');
  const scopes = expressions.map((expression) => text(expression, 'scopeName'));
  return [
    ...expressions.flatMap((expression) => selectorErrors(expression, resources, path)),
    ...opposites
      .filter((pair) => pair.every((scope) => scopes.includes(scope)))
      .map(() => invalidValue(path, goScopes(texts(spec, 'scopes')), 'conflicting scopes')),
  ];
}

function selectorErrors(expression: JsonObject, resources: readonly string[], path: string): FieldError[] {
  const scope = text(expression, 'scopeName');
  const operator = text(expression, 'operator');
  const values = texts(expression, 'values');
  const selector = new RawGoText('&core.ScopeSelector{}');
  const errors = isScope(scope) ? [] : [invalidValue(`${path}.scopeName`, scope, 'unsupported scope')];
  for (const resource of resources) {
    if (!fitsScope(scope, resource)) {
      errors.push(invalidValue(path, selector, 'unsupported scope applied to resource'));
    }
  }
  if (anyPods.has(scope) && operator !== 'Exists') {
    const detail =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    errors.push(invalidValue(`${path}.operator`, operator, detail));
  }
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errors.push(requiredValue(`${path}.values`, detail));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errors.push(invalidValue(`${path}.values`, goList(values), detail));
  } else errors.push(invalidValue(`${path}.operator`, operator, 'not a valid selector operator'));
  return errors;
}

export function validateLimitRange(range: JsonObject): FieldError[] {
  const limits = items(at(range, 'spec'), 'limits');
  const types = limits.map((limit) => text(limit, 'type'));
  return limits.flatMap((limit, index) => {
    const here = `spec.limits[${index}]`;
    const type = types[index] ?? '';
    return [
      ...limitTypeErrors(type, `${here}.type`),
      ...(types.indexOf(type) < index ? [duplicateValue(`${here}.type`, type)] : []),
      ...limitErrors(limit, type, here),
    ];
  });
}

function limitTypeErrors(type: string, path: string): FieldError[] {
  const errors = validateQualifiedName(type).map((why) => invalidValue(path, type, why));
  if (errors.length > 0 || type.includes('/')) return errors;
  if (['Pod', 'Container', 'PersistentVolumeClaim'].includes(type)) return [];
  return [invalidValue(path, type, 'must be a standard limit type or fully qualified')];
}

function limitErrors(limit: JsonObject, type: string, here: string): FieldError[] {
  const errors: FieldError[] = [];
  const amounts = (key: string) => at(limit, key) ?? {};
  const defaults = ['default', 'defaultRequest'];
  const lists = ['max', 'min', ...(type === 'Pod' ? [] : defaults), 'maxLimitRequestRatio'];
  for (const key of type === 'Pod' ? defaults : []) {
    if (Object.keys(amounts(key)).length > 0) {
      errors.push(forbiddenValue(`${here}.${key}`, "may not be specified when `type` is 'Pod'"));
    }
  }
  const names = new Set<string>();
  for (const key of lists) {
    for (const name of Object.keys(amounts(key))) {
      names.add(name);
      errors.push(...limitedResourceErrors(type, name, `${here}.${key}[${name}]`));
    }
  }
  if (type === 'PersistentVolumeClaim' && !['min', 'max'].some((key) => field(amounts(key), 'storage') !== undefined)) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(requiredValue(`${here}.limits`, detail));
  }
  for (const name of [...names].sort()) {
    const of = (key: string) => {
      const amount = lists.includes(key) ? field(amounts(key), name) : undefined;
      return amount === undefined ? undefined : String(amount);
    };
    errors.push(...orderErrors(of, name, here));
  }
  return errors;
}

function limitedResourceErrors(type: string, name: string, path: string): FieldError[] {
  const isOfPods = type === 'Pod' || type === 'Container';
  return isOfPods ? containerResourceNameErrors(name, path) : resourceNameErrors(name, path);
}

/** The amounts of one resource have to be in order. */
function orderErrors(of: (key: string) => string | undefined, name: string, here: string): FieldError[] {
  const [min, max, limit, request, ratio] = ['min', 'max', 'default', 'defaultRequest', 'maxLimitRequestRatio'].map(of);
  const errors: FieldError[] = [];
  const order = (
    small: readonly [string | undefined, string],
    large: readonly [string | undefined, string],
    key: string,
    shown: string | undefined,
  ) => {
    if (small[0] === undefined || large[0] === undefined || compareQuantities(small[0], large[0]) <= 0) return;
    const detail = `${small[1]} value ${small[0]} is greater than ${large[1]} value ${large[0]}`;
    errors.push(invalidValue(`${here}.${key}[${name}]`, goAmount(shown), detail));
  };
  order([min, 'min'], [max, 'max'], 'min', min);
  order([min, 'min'], [request, 'default request'], 'defaultRequest', request);
  order([request, 'default request'], [max, 'max'], 'defaultRequest', request);
  order([request, 'default request'], [limit, 'default limit'], 'defaultRequest', request);
  order([min, 'min'], [limit, 'default'], 'default', min);
  order([limit, 'default'], [max, 'max'], 'default', max);
  const ratioAt = `${here}.maxLimitRequestRatio[${name}]`;
  if (ratio !== undefined && compareQuantities(ratio, '1') < 0) {
    errors.push(invalidValue(ratioAt, goAmount(ratio), `ratio ${ratio} is less than 1`));
  }
  if (ratio !== undefined && min !== undefined && max !== undefined) {
    const most = quantityAsNumber(max) / quantityAsNumber(min);
    if (quantityAsNumber(ratio) > most) {
      errors.push(
        invalidValue(ratioAt, goAmount(ratio), `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`),
      );
    }
  }
  if (
    !canBeOvercommitted(name) &&
    limit !== undefined &&
    request !== undefined &&
    compareQuantities(limit, request) !== 0
  ) {
    const detail = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`;
    errors.push(invalidValue(`${here}.defaultRequest[${name}]`, goAmount(request), detail));
  }
  return errors;
}
