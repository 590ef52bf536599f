import {
  deepEqual,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateDns1123Label,
  validateDns1123Subdomain,
} from '@opwright/machinery';
import { flowSchemas } from '../bootstrap/flow-control.ts';
import { at, bool, int, items, text, texts } from '../tree.ts';
import { required, requiredName, textErrors } from './checks.ts';
import { fixedSpec, flowStatusErrors, mandatorySpecs } from './flow-control.ts';
import { goList, goStruct } from './go-values.ts';

const MANDATORY = mandatorySpecs(flowSchemas);

export function validateFlowSchema(schema: JsonObject): FieldError[] {
  const spec = at(schema, 'spec');
  const name = text(at(schema, 'metadata'), 'name');
  const wanted = MANDATORY.get(name);
  const rules = items(spec, 'rules');
  return [
    ...precedenceErrors(int(spec, 'matchingPrecedence'), name),
    ...distinguisherErrors(at(spec, 'distinguisherMethod')),
    ...levelNameErrors(text(at(spec, 'priorityLevelConfiguration'), 'name')),
    ...rules.flatMap((rule, index) => ruleErrors(rule, `spec.rules[${index}]`)),
    ...(wanted === undefined || deepEqual(spec, wanted) ? [] : [fixedSpec('FlowSchemaSpec', `spec of '${name}'`)]),
    ...flowStatusErrors(schema),
  ];
}

const HIGHEST_PRECEDENCE = 10_000;

function precedenceErrors(precedence: number, name: string): FieldError[] {
  const wrong = (why: string) => [invalidValue('spec.matchingPrecedence', precedence, why)];
  if (precedence <= 0) return wrong('must be a positive value');
  if (precedence > HIGHEST_PRECEDENCE) return wrong(`must not be greater than ${HIGHEST_PRECEDENCE}`);
  if (precedence > 1 || name === 'exempt') return [];
  return wrong("only the schema named 'exempt' may have matchingPrecedence 1");
}

function distinguisherErrors(method: JsonObject | undefined): FieldError[] {
  const known = ['ByNamespace', 'ByUser'];
  if (method === undefined || known.includes(text(method, 'type'))) return [];
  // The whole struct is what is not supported.
  return [unsupportedValue('spec.distinguisherMethod.type', goStruct('flowcontrol.FlowDistinguisherMethod'), known)];
}

function levelNameErrors(name: string): FieldError[] {
  const path = 'spec.priorityLevelConfiguration.name';
  if (name === '') return [requiredValue(path, 'must reference a priority level')];
  return textErrors(name, path, validateDns1123Subdomain);
}

function ruleErrors(rule: JsonObject, path: string): FieldError[] {
  const subjects = items(rule, 'subjects');
  const [resourceRules, otherRules] = [items(rule, 'resourceRules'), items(rule, 'nonResourceRules')];
  const lacksRules = resourceRules.length === 0 && otherRules.length === 0;
  const why = 'at least one of resourceRules and nonResourceRules has to be non-empty';
  return [
    ...(subjects.length === 0 ? [requiredValue(`${path}.subjects`, 'subjects must contain at least one value')] : []),
    ...subjects.flatMap((subject, index) => subjectErrors(subject, `${path}.subjects[${index}]`)),
    ...(lacksRules ? [requiredValue(path, why)] : []),
    ...resourceRules.flatMap((each, index) => resourceRuleErrors(each, `${path}.resourceRules[${index}]`)),
    ...otherRules.flatMap((each, index) => pathRuleErrors(each, `${path}.nonResourceRules[${index}]`)),
  ];
}

/** Of the fields that say who it is, the one of its kind. */
const SUBJECTS = [
  ['serviceAccount', 'ServiceAccount'],
  ['user', 'User'],
  ['group', 'Group'],
] as const;

function subjectErrors(subject: JsonObject, path: string): FieldError[] {
  const kind = text(subject, 'kind');
  if (!SUBJECTS.some(([, name]) => name === kind)) {
    return [unsupportedValue(`${path}.kind`, kind, ['Group', 'ServiceAccount', 'User'])];
  }
  return SUBJECTS.flatMap(([key, name]) => {
    const [who, here] = [at(subject, key), `${path}.${key}`];
    if (name !== kind) {
      return who === undefined ? [] : [forbiddenValue(here, `${key} is forbidden when subject kind is not '${name}'`)];
    }
    if (who === undefined) return [requiredValue(here, `${key} is required when subject kind is '${name}'`)];
    return key === 'serviceAccount' ? accountErrors(who, here) : required(who, 'name', here);
  });
}

function accountErrors(account: JsonObject, path: string): FieldError[] {
  const namespace = text(account, 'namespace');
  return [
    ...(text(account, 'name') === '*' ? [] : requiredName(account, 'name', path, validateDns1123Subdomain)),
    ...(namespace === ''
      ? [requiredValue(`${path}.namespace`, 'must specify namespace for service account')]
      : textErrors(namespace, `${path}.namespace`, validateDns1123Label)),
  ];
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function verbErrors(rule: JsonObject, path: string): FieldError[] {
  const verbs = texts(rule, 'verbs');
  if (verbs.length === 0) return [requiredValue(`${path}.verbs`, 'verbs must contain at least one value')];
  if (verbs.includes('*')) return aloneErrors(verbs, `${path}.verbs`, 'verbs');
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [unsupportedValue(`${path}.verbs`, goList(verbs), VERBS)];
}

/** `*` needs no others. */
function aloneErrors(values: readonly string[], path: string, others: string): FieldError[] {
  if (values.length < 2 || !values.includes('*')) return [];
  return [invalidValue(path, goList(values), `if '*' is present, must not specify other ${others}`)];
}

function pathRuleErrors(rule: JsonObject, path: string): FieldError[] {
  const urls = texts(rule, 'nonResourceURLs');
  const here = `${path}.nonResourceURLs`;
  const own =
    urls.length === 0
      ? [requiredValue(here, 'nonResourceURLs must contain at least one value')]
      : urls.includes('*')
        ? aloneErrors(urls, here, 'non-resource URLs')
        : urls.flatMap((url, index) => urlErrors(url, `${here}[${index}]`));
  return [...verbErrors(rule, path), ...own];
}

function urlErrors(url: string, path: string): FieldError[] {
  const wrong = (why: string) => [invalidValue(path, url, why)];
  if (url === '') return wrong('must not be empty');
  if (url === '/') return [];
  if (!url.startsWith('/')) return wrong('must start with slash');
  if (url.includes(' ')) return wrong('must not contain white-space');
  if (url.includes('//')) return wrong('must not contain double slash');
  const wildcards = url.split('*').length - 1;
  return wildcards > 1 || (wildcards === 1 && !url.endsWith('/*')) ? wrong('wildcard can only do suffix matching') : [];
}

function resourceRuleErrors(rule: JsonObject, path: string): FieldError[] {
  const list = (key: string, one: string, others: string): FieldError[] => {
    const values = texts(rule, key);
    if (values.length > 0) return aloneErrors(values, `${path}.${key}`, others);
    return [requiredValue(`${path}.${key}`, `resource rules must supply at least one ${one}`)];
  };
  return [
    ...verbErrors(rule, path),
    ...list('apiGroups', 'api group', 'api groups'),
    ...list('resources', 'resource', 'resources'),
    ...namespaceErrors(rule, `${path}.namespaces`),
  ];
}

function namespaceErrors(rule: JsonObject, path: string): FieldError[] {
  const namespaces = texts(rule, 'namespaces');
  if (namespaces.length === 0 && !bool(rule, 'clusterScope')) {
    const why = 'resource rules that are not cluster scoped must supply at least one namespace';
    return [requiredValue(path, why)];
  }
  if (namespaces.includes('*')) return aloneErrors(namespaces, path, 'namespaces');
  const intro = "each member of this list must be '*' or a DNS-1123 label; ";
  return namespaces.flatMap((name, index) =>
    validateDns1123Label(name).map((why) => invalidValue(`${path}[${index}]`, name, intro + why)),
  );
}
