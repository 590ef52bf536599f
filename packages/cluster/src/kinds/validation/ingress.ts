import {
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  unsupportedValue,
  validateDns1035Label,
  validateDns1123Label,
  validateDns1123Subdomain,
  validateIp,
  validatePathSegment,
  validatePortName,
  validateWildcardDns1123Subdomain,
  valueTooLong,
} from '@opwright/machinery';
import { at, field, int, items, text, texts } from '../tree.ts';
import { domainPathErrors, portErrors, textErrors } from './checks.ts';
import { immutable } from './immutable.ts';

const CLASS = 'kubernetes.io/ingress.class';

/** What was wrong with the old state may stay. */
export function validateIngress(ingress: JsonObject, old?: JsonObject): FieldError[] {
  const spec = at(ingress, 'spec');
  const rules = items(spec, 'rules');
  const backend = at(spec, 'defaultBackend');
  const errors: FieldError[] = [];
  if (rules.length === 0 && backend === undefined) {
    errors.push(
      invalidValue(
        'spec',
        new RawGoText('[]networking.IngressRule(nil)'),
        'either `defaultBackend` or `rules` must be specified',
      ),
    );
  }
  if (backend !== undefined) errors.push(...backendErrors(backend, 'spec.defaultBackend'));
  const hadWrongRule = hasWrongWildcardRule(old);
  for (const [index, rule] of rules.entries()) errors.push(...ruleErrors(rule, `spec.rules[${index}]`, hadWrongRule));
  const hadWrongName = items(at(old, 'spec'), 'tls').some((tls) => secretErrors(tls, '').length > 0);
  for (const [index, tls] of items(spec, 'tls').entries()) {
    const here = `spec.tls[${index}]`;
    errors.push(...texts(tls, 'hosts').flatMap((host, at) => hostErrors(host, `${here}.hosts[${at}]`)));
    if (!hadWrongName) errors.push(...secretErrors(tls, here));
  }
  const name = field(spec, 'ingressClassName');
  if (name !== undefined) errors.push(...textErrors(String(name), 'spec.ingressClassName', validateDns1123Subdomain));
  return old === undefined ? [...errors, ...classErrors(ingress)] : errors;
}

/** The annotation, which came before the field, says the same. */
function classErrors(ingress: JsonObject): FieldError[] {
  const annotation = field(at(ingress, 'metadata', 'annotations'), CLASS);
  const name = field(at(ingress, 'spec'), 'ingressClassName');
  if (annotation === undefined || name === undefined || annotation === name) return [];
  return [invalidValue(`annotations.${CLASS}`, annotation, 'must match `ingressClassName` when both are specified')];
}

function hostErrors(host: string, path: string): FieldError[] {
  return textErrors(host, path, host.includes('*') ? validateWildcardDns1123Subdomain : validateDns1123Subdomain);
}

function secretErrors(tls: JsonObject, path: string): FieldError[] {
  const name = text(tls, 'secretName');
  return name === '' ? [] : textErrors(name, `${path}.secretName`, validateDns1123Subdomain);
}

const NOT_A_NAME = 'must be a DNS name, not an IP address';

function ruleErrors(rule: JsonObject, path: string, mayBeWrong: boolean): FieldError[] {
  const host = text(rule, 'host');
  const errors: FieldError[] = [];
  if (host !== '') {
    if (validateIp(host).length === 0) errors.push(invalidValue(`${path}.host`, host, NOT_A_NAME));
    errors.push(...hostErrors(host, `${path}.host`));
  }
  if (host.includes('*') && mayBeWrong) return errors;
  return [...errors, ...httpErrors(at(rule, 'http'), `${path}.http`)];
}

function hasWrongWildcardRule(ingress: JsonObject | undefined): boolean {
  const rules = items(at(ingress, 'spec'), 'rules');
  return rules.some((rule) => text(rule, 'host').includes('*') && httpErrors(at(rule, 'http'), '').length > 0);
}

function httpErrors(http: JsonObject | undefined, path: string): FieldError[] {
  if (http === undefined) return [];
  const paths = items(http, 'paths');
  return [
    ...(paths.length === 0 ? [requiredValue(`${path}.paths`)] : []),
    ...paths.flatMap((one, index) => pathErrors(one, `${path}.paths[${index}]`)),
  ];
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const wrongParts = ['//', '/./', '/../', '%2f', '%2F'];
const wrongEnds = ['/..', '/.'];

function pathErrors(one: JsonObject, here: string): FieldError[] {
  const type = field(one, 'pathType');
  if (type === undefined) return [requiredValue(`${here}.pathType`, 'pathType must be specified')];
  const path = text(one, 'path');
  const errors: FieldError[] = [];
  const wrong = (why: string) => errors.push(invalidValue(`${here}.path`, path, why));
  const isStrict = type === 'Exact' || type === 'Prefix';
  if (!pathTypes.includes(String(type))) errors.push(unsupportedValue(`${here}.pathType`, String(type), pathTypes));
  else if (!path.startsWith('/') && (isStrict || path !== '')) wrong('must be an absolute path');
  if (isStrict) {
    for (const part of wrongParts) if (path.includes(part)) wrong(`must not contain '${part}'`);
    for (const end of wrongEnds) if (path.endsWith(end)) wrong(`cannot end with '${end}'`);
  }
  return [...errors, ...backendErrors(at(one, 'backend'), `${here}.backend`)];
}

function backendErrors(backend: JsonObject | undefined, path: string): FieldError[] {
  const [service, resource] = [at(backend, 'service'), at(backend, 'resource')];
  if (service !== undefined && resource !== undefined) {
    return [invalidValue(path, '', 'cannot set both resource and service backends')];
  }
  if (resource !== undefined) return referenceErrors(resource, `${path}.resource`);
  if (service === undefined) return [invalidValue(path, '', 'resource or service backend is required')];
  const name = text(service, 'name');
  const here = `${path}.service.name`;
  return [
    ...(name === '' ? [requiredValue(here)] : textErrors(name, here, validateDns1035Label)),
    ...servicePortErrors(at(service, 'port'), path),
  ];
}

function servicePortErrors(port: JsonObject | undefined, path: string): FieldError[] {
  const [name, number] = [text(port, 'name'), int(port, 'number')];
  const here = `${path}.service.port`;
  if (name !== '' && number !== 0) return [invalidValue(path, '', 'cannot set both port name & port number')];
  if (name !== '') return textErrors(name, `${here}.name`, validatePortName);
  return number === 0 ? [requiredValue(path, 'port name or number is required')] : portErrors(port, 'number', here);
}

function referenceErrors(reference: JsonObject, path: string): FieldError[] {
  const group = field(reference, 'apiGroup');
  return [
    ...(group === undefined ? [] : textErrors(String(group), `${path}.apiGroup`, validateDns1123Subdomain)),
    ...['kind', 'name'].flatMap((key) => {
      const value = text(reference, key);
      if (value === '') return [requiredValue(`${path}.${key}`, `${key} is required`)];
      return textErrors(value, `${path}.${key}`, validatePathSegment);
    }),
  ];
}

export function validateIngressStatusUpdate(ingress: JsonObject): FieldError[] {
  return items(at(ingress, 'status', 'loadBalancer'), 'ingress').flatMap((one, index) => {
    const here = `status.loadBalancer.ingress[${index}]`;
    const [ip, host] = [text(one, 'ip'), text(one, 'hostname')];
    return [
      ...(ip === '' ? [] : textErrors(ip, `${here}.ip`, validateIp)),
      ...(host === '' ? [] : textErrors(host, `${here}.hostname`, validateDns1123Subdomain)),
      ...(host !== '' && validateIp(host).length === 0 ? [invalidValue(`${here}.hostname`, host, NOT_A_NAME)] : []),
    ];
  });
}

const LONGEST_CONTROLLER = 250;

export function validateIngressClass(ingressClass: JsonObject): FieldError[] {
  const spec = at(ingressClass, 'spec');
  const controller = text(spec, 'controller');
  const parameters = at(spec, 'parameters');
  return [
    ...(controller.length > LONGEST_CONTROLLER ? [valueTooLong('spec.controller', LONGEST_CONTROLLER)] : []),
    ...domainPathErrors(controller, 'spec.controller'),
    ...(parameters === undefined ? [] : parametersErrors(parameters, 'spec.parameters')),
  ];
}

function parametersErrors(parameters: JsonObject, path: string): FieldError[] {
  const errors = referenceErrors(parameters, path);
  const [scope, namespace] = [field(parameters, 'scope'), field(parameters, 'namespace')];
  const here = `${path}.namespace`;
  if (scope === undefined) return [...errors, requiredValue(`${path}.scope`)];
  if (scope === 'Cluster') {
    return namespace === undefined
      ? errors
      : [...errors, forbiddenValue(here, "`parameters.scope` is set to 'Cluster'")];
  }
  if (scope !== 'Namespace')
    return [...errors, unsupportedValue(`${path}.scope`, String(scope), ['Cluster', 'Namespace'])];
  if (namespace === undefined) return [...errors, requiredValue(here, "`parameters.scope` is set to 'Namespace'")];
  return [...errors, ...textErrors(String(namespace), here, validateDns1123Label)];
}

export function validateIngressClassUpdate(ingressClass: JsonObject, old: JsonObject): FieldError[] {
  return immutable(at(ingressClass, 'spec'), at(old, 'spec'), 'controller', 'spec.', (value) => value ?? '');
}
