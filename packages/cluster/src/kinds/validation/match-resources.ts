import {
  duplicateValue,
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validatePathSegment,
} from '@opwright/machinery';
import { at, field, items, text, texts } from '../tree.ts';
import { goList } from './go-values.ts';
import { labelSelectorErrors } from './label-selector.ts';

/* What webhooks, policies and their bindings say about the requests that they are for. */

const GROUP = 'admissionregistration';
const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

/** @param allowed operations; default: all */
export function matchResourcesErrors(
  match: JsonObject | undefined,
  path: string,
  allowed: readonly string[] = operations,
): FieldError[] {
  if (match === undefined) return [];
  const policy = text(match, 'matchPolicy');
  return [
    ...(policy === '' || policy === 'Equivalent' || policy === 'Exact'
      ? []
      : [unsupportedValue(`${path}.matchPolicy`, policy, ['Equivalent', 'Exact'])]),
    ...labelSelectorErrors(at(match, 'namespaceSelector'), `${path}.namespaceSelector`),
    ...labelSelectorErrors(at(match, 'objectSelector'), `${path}.objectSelector`),
    ...['resourceRules', 'excludeResourceRules'].flatMap((key) =>
      items(match, key).flatMap((rule, index) => namedRuleErrors(rule, `${path}.${key}[${index}]`, allowed)),
    ),
  ];
}

function namedRuleErrors(rule: JsonObject, path: string, allowed: readonly string[]): FieldError[] {
  const names = texts(rule, 'resourceNames');
  const errors = names.flatMap((name, index) => [
    ...validatePathSegment(name).map((why) => invalidValue(`${path}.resourceNames[${index}]`, name, why)),
    ...(names.indexOf(name) < index ? [duplicateValue(`${path}.resourceNames[${index}]`, name)] : []),
  ]);
  return [...errors, ...ruleErrors(rule, path, allowed)];
}

/** What requests a rule is for. */
export function ruleErrors(rule: JsonObject, path: string, allowed: readonly string[] = operations): FieldError[] {
  const errors = [
    ...listErrors(rule, 'operations', path, 'operations', `[]${GROUP}.OperationType`),
    ...texts(rule, 'operations').flatMap((operation, index) =>
      allowed.includes(operation) ? [] : [unsupportedValue(`${path}.operations[${index}]`, operation, allowed)],
    ),
    ...listErrors(rule, 'apiGroups', path, 'API groups'),
    ...listErrors(rule, 'apiVersions', path, 'API versions'),
    ...texts(rule, 'apiVersions').flatMap((version, index) =>
      version === '' ? [requiredValue(`${path}.apiVersions[${index}]`)] : [],
    ),
    ...resourceErrors(texts(rule, 'resources'), `${path}.resources`),
  ];
  const scope = field(rule, 'scope');
  const scopes = ['*', 'Cluster', 'Namespaced'];
  if (typeof scope === 'string' && !scopes.includes(scope)) {
    errors.push(unsupportedValue(`${path}.scope`, scope, scopes));
  }
  return errors;
}

/** A list that is not empty, and in which `*` stands alone. */
function listErrors(rule: JsonObject, key: string, path: string, what: string, goType = '[]string'): FieldError[] {
  const values = texts(rule, key);
  if (values.length === 0) return [requiredValue(`${path}.${key}`)];
  if (values.length === 1 || !values.includes('*')) return [];
  const detail = `if '*' is present, must not specify other ${what}`;
  return [invalidValue(`${path}.${key}`, goList(values, goType), detail)];
}

function resourceErrors(resources: readonly string[], path: string): FieldError[] {
  if (resources.length === 0) return [requiredValue(path)];
  const errors: FieldError[] = [];
  const allOfResource = new Set<string>();
  const everywhere = new Set<string>();
  let plain = false;
  for (const [index, resource] of resources.entries()) {
    const here = `${path}[${index}]`;
    if (resource === '') {
      errors.push(requiredValue(here));
      continue;
    }
    const slash = resource.indexOf('/');
    if (slash < 0) {
      plain = resource !== '*';
      continue;
    }
    const [name, sub] = [resource.slice(0, slash), resource.slice(slash + 1)];
    const redundant = (present: string) =>
      errors.push(invalidValue(here, resource, `if '${present}' is present, must not specify ${resource}`));
    if (allOfResource.has(name)) redundant(`${name}/*`);
    if (everywhere.has(sub)) redundant(`*/${sub}`);
    if (sub === '*') allOfResource.add(name);
    if (name === '*') everywhere.add(sub);
  }
  const whole = (detail: string) => errors.push(invalidValue(path, goList(resources), detail));
  if (resources.length > 1 && resources.includes('*/*')) {
    whole("if '*/*' is present, must not specify other resources");
  }
  if (resources.includes('*') && plain) {
    whole("if '*' is present, must not specify other resources without subresources");
  }
  return errors;
}
