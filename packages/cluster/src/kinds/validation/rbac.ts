import {
  deepEqual,
  type FieldError,
  goQuote,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  unsupportedValue,
  validateDns1123Subdomain,
} from '@opwright/machinery';
import { at, field, items, text, texts } from '../tree.ts';
import { labelSelectorErrors } from './label-selector.ts';
import { pathSegmentName } from './names.ts';

const group = 'rbac.authorization.k8s.io';

export function validateRole(role: JsonObject): FieldError[] {
  return ruleErrors(role, true);
}

export function validateClusterRole(role: JsonObject): FieldError[] {
  return [...ruleErrors(role, false), ...aggregationErrors(role)];
}

function aggregationErrors(role: JsonObject): FieldError[] {
  const aggregation = at(role, 'aggregationRule');
  if (aggregation === undefined) return [];
  const path = 'aggregationRule.clusterRoleSelectors';
  const selectors = items(aggregation, 'clusterRoleSelectors');
  if (selectors.length === 0) {
    return [requiredValue(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')];
  }
  return selectors.flatMap((selector, index) => {
    const errors = labelSelectorErrors(selector, `${path}[${index}]`);
    if (errors.length > 0) errors.push(invalidValue(`${path}[${index}]`, null, 'invalid label selector.'));
    return errors;
  });
}

function ruleErrors(role: JsonObject, namespaced: boolean): FieldError[] {
  return items(role, 'rules').flatMap((rule, index) => {
    const here = `rules[${index}]`;
    const errors: FieldError[] = [];
    if (texts(rule, 'verbs').length === 0)
      errors.push(requiredValue(`${here}.verbs`, 'verbs must contain at least one value'));
    if (texts(rule, 'nonResourceURLs').length > 0) {
      const nonResource = 'namespaced rules cannot apply to non-resource URLs';
      const both = 'rules cannot apply to both regular resources and non-resource URLs';
      const list = new RawGoText(`[]string{${texts(rule, 'nonResourceURLs').map(goQuote).join(', ')}}`);
      if (namespaced) errors.push(invalidValue(`${here}.nonResourceURLs`, list, nonResource));
      if (['apiGroups', 'resources', 'resourceNames'].some((key) => texts(rule, key).length > 0)) {
        errors.push(invalidValue(`${here}.nonResourceURLs`, list, both));
      }
      return errors;
    }
    if (texts(rule, 'apiGroups').length === 0) {
      errors.push(requiredValue(`${here}.apiGroups`, 'resource rules must supply at least one api group'));
    }
    if (texts(rule, 'resources').length === 0) {
      errors.push(requiredValue(`${here}.resources`, 'resource rules must supply at least one resource'));
    }
    return errors;
  });
}

export function validateRoleBinding(binding: JsonObject): FieldError[] {
  return bindingErrors(binding, ['Role', 'ClusterRole'], true);
}

export function validateClusterRoleBinding(binding: JsonObject): FieldError[] {
  return bindingErrors(binding, ['ClusterRole'], false);
}

function bindingErrors(binding: JsonObject, roleKinds: readonly string[], namespaced: boolean): FieldError[] {
  const role = at(binding, 'roleRef');
  const errors: FieldError[] = [];
  if (text(role, 'apiGroup') !== group)
    errors.push(unsupportedValue('roleRef.apiGroup', text(role, 'apiGroup'), [group]));
  if (!roleKinds.includes(text(role, 'kind')))
    errors.push(unsupportedValue('roleRef.kind', text(role, 'kind'), roleKinds));
  const name = text(role, 'name');
  if (name === '') errors.push(requiredValue('roleRef.name'));
  else errors.push(...pathSegmentName(name).map((why) => invalidValue('roleRef.name', name, why)));
  for (const [index, subject] of items(binding, 'subjects').entries()) {
    errors.push(...subjectErrors(subject, `subjects[${index}]`, namespaced));
  }
  return errors;
}

const subjectKinds = ['ServiceAccount', 'User', 'Group'];

function subjectErrors(subject: JsonObject, path: string, namespaced: boolean): FieldError[] {
  const [kind, name, apiGroup] = [text(subject, 'kind'), text(subject, 'name'), text(subject, 'apiGroup')];
  const errors: FieldError[] = [];
  if (name === '') errors.push(requiredValue(`${path}.name`));
  if (!subjectKinds.includes(kind)) return [...errors, unsupportedValue(`${path}.kind`, kind, subjectKinds)];
  if (kind !== 'ServiceAccount') {
    if (apiGroup !== group) errors.push(unsupportedValue(`${path}.apiGroup`, apiGroup, [group]));
    return errors;
  }
  if (name !== '')
    for (const why of validateDns1123Subdomain(name)) errors.push(invalidValue(`${path}.name`, name, why));
  if (apiGroup !== '') errors.push(unsupportedValue(`${path}.apiGroup`, apiGroup, ['']));
  if (!namespaced && text(subject, 'namespace') === '') errors.push(requiredValue(`${path}.namespace`));
  return errors;
}

/** Who may bind a role is checked when it is bound: the reference stays. */
export function validateBindingUpdate(binding: JsonObject, old: JsonObject): FieldError[] {
  if (deepEqual(field(binding, 'roleRef'), field(old, 'roleRef'))) return [];
  const role = at(binding, 'roleRef');
  const [apiGroup, kind, name] = ['apiGroup', 'kind', 'name'].map((key) => goQuote(text(role, key)));
  const value = new RawGoText(`rbac.RoleRef{APIGroup:${apiGroup}, Kind:${kind}, Name:${name}}`);
  return [invalidValue('roleRef', value, 'cannot change roleRef')];
}
