import {
  type FieldError,
  invalidValue,
  type JsonObject,
  requiredValue,
  unsupportedValue,
  validateDns1035Label,
  validatePortNumber,
} from '@opwright/machinery';
import { at, bool, int, items, text } from '../tree.ts';
import { optionalName, required, textErrors } from './checks.ts';

export function validateAPIService(apiService: JsonObject): FieldError[] {
  const spec = at(apiService, 'spec');
  const name = text(at(apiService, 'metadata'), 'name');
  const [group, version] = [text(spec, 'group'), text(spec, 'version')];
  const expected = `${version}.${group}`;
  const lacksGroup = group === '' && version !== 'v1';
  const detail = 'only v1 may have an empty group and it better be legacy kube';
  return [
    ...(name === expected
      ? []
      : [invalidValue('metadata.name', name, `must be \`spec.version+"."+spec.group\`: "${expected}"`)]),
    ...(lacksGroup ? [requiredValue('spec.group', detail)] : []),
    ...optionalName(spec, 'group', 'spec'),
    ...textErrors(version, 'spec.version', validateDns1035Label),
    ...priorityErrors(spec, 'groupPriorityMinimum', 20_000),
    ...priorityErrors(spec, 'versionPriority', 1000),
    ...serviceErrors(spec),
  ];
}

function priorityErrors(spec: JsonObject | undefined, key: string, max: number): FieldError[] {
  const value = int(spec, key);
  return value > 0 && value <= max ? [] : [invalidValue(`spec.${key}`, value, `must be positive and less than ${max}`)];
}

/** Where the group is served, and how one knows that it is that service. */
function serviceErrors(spec: JsonObject | undefined): FieldError[] {
  const service = at(spec, 'service');
  const [bundle, isInsecure] = [text(spec, 'caBundle'), bool(spec, 'insecureSkipTLSVerify')];
  const insecure = (why: string) => invalidValue('spec.insecureSkipTLSVerify', true, why);
  if (service === undefined) {
    const size = `${Buffer.from(bundle, 'base64').length} bytes`;
    return [
      ...(bundle === '' ? [] : [invalidValue('spec.caBundle', size, 'local APIServices may not have a caBundle')]),
      ...(isInsecure ? [insecure('local APIServices may not have insecureSkipTLSVerify')] : []),
    ];
  }
  const port = int(service, 'port');
  const wrongPort = validatePortNumber(port);
  return [
    ...required(service, 'namespace', 'spec.service'),
    ...required(service, 'name', 'spec.service'),
    ...(wrongPort.length === 0
      ? []
      : [invalidValue('spec.service.port', port, `port is not valid: ${wrongPort.join(', ')}`)]),
    ...(isInsecure && bundle !== '' ? [insecure('may not be true if caBundle is present')] : []),
  ];
}

export function validateAPIServiceStatus(apiService: JsonObject): FieldError[] {
  const states = ['True', 'False', 'Unknown'];
  return items(at(apiService, 'status'), 'conditions').flatMap((condition, index) => {
    const state = text(condition, 'status');
    return states.includes(state) ? [] : [unsupportedValue(`status.conditions[${index}].status`, state, states)];
  });
}
