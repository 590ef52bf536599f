import {
  duplicateValue,
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateDns1035Label,
  validateDns1123Subdomain,
} from '@opwright/machinery';
import { admissionCompiler } from '@opwright/schema';
import { at, field, int, items, text, texts } from '../tree.ts';
import { oneOf } from './checks.ts';
import { matchConditionErrors } from './expressions.ts';
import { goList } from './go-values.ts';
import { labelSelectorErrors } from './label-selector.ts';
import { ruleErrors } from './match-resources.ts';

const reviewVersions = ['v1', 'v1beta1'];
const REVIEW_VERSIONS = reviewVersions.join(', ');
const sideEffectClasses = ['None', 'NoneOnDryRun'];

/** A MutatingWebhookConfiguration or ValidatingWebhookConfiguration. */
export function validateWebhookConfiguration(configuration: JsonObject): FieldError[] {
  const names = new Set<string>();
  return items(configuration, 'webhooks').flatMap((webhook, index) => {
    const here = `webhooks[${index}]`;
    const name = text(webhook, 'name');
    const errors = [
      ...webhookErrors(webhook, here),
      ...reviewVersionErrors(
        texts(webhook, 'admissionReviewVersions'),
        `${here}.admissionReviewVersions`,
        `must specify one of ${REVIEW_VERSIONS}`,
      ),
    ];
    if (name !== '' && names.has(name)) errors.push(duplicateValue(`${here}.name`, name));
    names.add(name);
    return errors;
  });
}

function webhookErrors(webhook: JsonObject, here: string): FieldError[] {
  const errors = [
    ...fullNameErrors(text(webhook, 'name'), `${here}.name`),
    ...items(webhook, 'rules').flatMap((rule, index) => ruleErrors(rule, `${here}.rules[${index}]`)),
    ...oneOf(webhook, 'failurePolicy', here, ['Fail', 'Ignore']),
    ...oneOf(webhook, 'matchPolicy', here, ['Equivalent', 'Exact']),
  ];
  const sideEffects = field(webhook, 'sideEffects');
  if (typeof sideEffects !== 'string') {
    errors.push(requiredValue(`${here}.sideEffects`, `must specify one of ${sideEffectClasses.join(', ')}`));
  } else if (!sideEffectClasses.includes(sideEffects)) {
    errors.push(unsupportedValue(`${here}.sideEffects`, sideEffects, sideEffectClasses));
  }
  const seconds = int(webhook, 'timeoutSeconds');
  if (seconds < 1 || seconds > 30) {
    const detail = 'the timeout value must be between 1 and 30 seconds';
    errors.push(invalidValue(`${here}.timeoutSeconds`, seconds, detail));
  }
  return [
    ...errors,
    ...oneOf(webhook, 'reinvocationPolicy', here, ['IfNeeded', 'Never']),
    ...labelSelectorErrors(at(webhook, 'namespaceSelector'), `${here}.namespaceSelector`),
    ...labelSelectorErrors(at(webhook, 'objectSelector'), `${here}.objectSelector`),
    ...clientConfigErrors(at(webhook, 'clientConfig'), `${here}.clientConfig`),
    ...matchConditionErrors(
      items(webhook, 'matchConditions'),
      `${here}.matchConditions`,
      admissionCompiler({ params: false, variables: false }),
    ),
  ];
}

/** The versions of reviews that a webhook understands. @param missing what is told where there are none */
export function reviewVersionErrors(versions: readonly string[], path: string, missing = ''): FieldError[] {
  if (versions.length === 0) return [requiredValue(path, missing)];
  const errors = versions.flatMap((version, index) =>
    versions.indexOf(version) < index
      ? [invalidValue(`${path}[${index}]`, version, 'duplicate version')]
      : validateDns1035Label(version).map((why) => invalidValue(`${path}[${index}]`, version, why)),
  );
  if (versions.some((version) => reviewVersions.includes(version))) return errors;
  return [...errors, invalidValue(path, goList(versions), `must include at least one of ${REVIEW_VERSIONS}`)];
}

function fullNameErrors(name: string, path: string): FieldError[] {
  if (name === '') return [requiredValue(path)];
  const errors = validateDns1123Subdomain(name);
  if (errors.length > 0) return [invalidValue(path, name, errors.join(','))];
  if (name.split('.').length >= 3) return [];
  return [invalidValue(path, name, 'should be a domain with at least three segments separated by dots')];
}

/** Where a webhook is. */
export function clientConfigErrors(config: JsonObject | undefined, path: string): FieldError[] {
  const url = field(config, 'url');
  const service = at(config, 'service');
  if ((url === undefined) === (service === undefined)) {
    return [requiredValue(path, 'exactly one of url or service is required')];
  }
  return service === undefined ? urlErrors(String(url), `${path}.url`) : serviceErrors(service, `${path}.service`);
}

const form = '; desired format: https://host[/path]';

function urlErrors(url: string, path: string): FieldError[] {
  const parts = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/(?:([^/?#]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/is.exec(
    url,
  );
  const [, scheme = '', user, host = '', query = '', fragment = ''] = parts ?? [];
  const errors: FieldError[] = [];
  if (scheme !== 'https') {
    errors.push(invalidValue(path, scheme, `'https' is the only allowed URL scheme${form}`));
  }
  if (host === '') errors.push(invalidValue(path, host, `host must be specified${form}`));
  if (user !== undefined) errors.push(invalidValue(path, user, 'user information is not permitted in the URL'));
  if (fragment !== '') errors.push(invalidValue(path, fragment, 'fragments are not permitted in the URL'));
  if (query !== '') errors.push(invalidValue(path, query, 'query parameters are not permitted in the URL'));
  return errors;
}

function serviceErrors(service: JsonObject, path: string): FieldError[] {
  // The server mixes the two up: both messages are about the other one.
  const errors = [
    ...(text(service, 'namespace') === '' ? [requiredValue(`${path}.name`, 'service name is required')] : []),
    ...(text(service, 'name') === '' ? [requiredValue(`${path}.namespace`, 'service namespace is required')] : []),
  ];
  const port = int(service, 'port');
  if (port < 1 || port > 65_535) {
    const detail = 'port is not valid: must be between 1 and 65535, inclusive';
    errors.push(invalidValue(`${path}.port`, port, detail));
  }
  return [...errors, ...pathErrors(text(service, 'path'), `${path}.path`)];
}

function pathErrors(urlPath: string, path: string): FieldError[] {
  if (urlPath === '' || urlPath === '/') return [];
  if (urlPath === '//') return [invalidValue(path, urlPath, 'segment[0] may not be empty')];
  const errors = urlPath.startsWith('/') ? [] : [invalidValue(path, urlPath, "must start with a '/'")];
  for (const [index, segment] of urlPath.slice(1).replace(/\/$/, '').split('/').entries()) {
    if (segment === '') errors.push(invalidValue(path, urlPath, `segment[${index}] may not be empty`));
    else {
      for (const why of validateDns1123Subdomain(segment)) {
        errors.push(invalidValue(path, urlPath, `segment[${index}]: ${why}`));
      }
    }
  }
  return errors;
}
