import {
  addressWidth,
  type FieldError,
  forbiddenValue,
  invalidValue,
  type JsonObject,
  maskedAddress,
  parseAddress,
  requiredValue,
  unsupportedValue,
  validateCidr,
  validatePortNumber,
} from '@opwright/machinery';
import { at, field, int, items, text, texts } from '../tree.ts';
import { portErrors, presentOneOf, textErrors } from './checks.ts';
import { goStruct } from './go-values.ts';
import { labelSelectorErrors } from './label-selector.ts';

const policyTypes = ['Ingress', 'Egress'];
const directions = [
  ['ingress', 'from'],
  ['egress', 'to'],
] as const;

export function validateNetworkPolicy(policy: JsonObject): FieldError[] {
  const spec = at(policy, 'spec');
  const errors = labelSelectorErrors(at(spec, 'podSelector'), 'spec.podSelector');
  for (const [direction, peers] of directions) {
    for (const [index, rule] of items(spec, direction).entries()) {
      const here = `spec.${direction}[${index}]`;
      for (const [at, port] of items(rule, 'ports').entries())
        errors.push(...portRuleErrors(port, `${here}.ports[${at}]`));
      for (const [at, peer] of items(rule, peers).entries())
        errors.push(...peerErrors(peer, `${here}.${peers}[${at}]`));
    }
  }
  const types = texts(spec, 'policyTypes');
  if (types.length > policyTypes.length) {
    const shown = goStruct('[]networking.PolicyType');
    return [...errors, invalidValue('spec.policyTypes', shown, 'may not specify more than two policyTypes')];
  }
  for (const [index, type] of types.entries()) {
    if (policyTypes.includes(type)) continue;
    errors.push(unsupportedValue(`spec.policyTypes[${index}]`, type, policyTypes));
  }
  return errors;
}

function portRuleErrors(rule: JsonObject, path: string): FieldError[] {
  const [port, end] = [field(rule, 'port'), field(rule, 'endPort')];
  const errors = presentOneOf(rule, 'protocol', path, ['TCP', 'UDP', 'SCTP']);
  const endErrors = (why: string) => (end === undefined ? [] : [invalidValue(`${path}.endPort`, end, why)]);
  if (port === undefined) return [...errors, ...endErrors('may not be specified when `port` is not specified')];
  if (typeof port === 'string') {
    errors.push(...endErrors('may not be specified when `port` is non-numeric'));
    return [...errors, ...portErrors(rule, 'port', path)];
  }
  errors.push(...portErrors(rule, 'port', path));
  if (end === undefined) return errors;
  const why = 'must be greater than or equal to `port`';
  if (int(rule, 'endPort') < int(rule, 'port')) errors.push(invalidValue(`${path}.endPort`, port, why));
  return [
    ...errors,
    ...validatePortNumber(int(rule, 'endPort')).map((wrong) => invalidValue(`${path}.endPort`, end, wrong)),
  ];
}

function peerErrors(peer: JsonObject, path: string): FieldError[] {
  const selectors = ['podSelector', 'namespaceSelector'].filter((key) => at(peer, key) !== undefined);
  const block = at(peer, 'ipBlock');
  const errors = selectors.flatMap((key) => labelSelectorErrors(at(peer, key), `${path}.${key}`));
  if (block === undefined) return selectors.length > 0 ? errors : [requiredValue(path, 'must specify a peer')];
  errors.push(...blockErrors(block, `${path}.ipBlock`));
  if (selectors.length === 0) return errors;
  return [...errors, forbiddenValue(path, 'may not specify both ipBlock and another peer')];
}

function blockErrors(block: JsonObject, path: string): FieldError[] {
  const cidr = text(block, 'cidr');
  if (cidr === '') return [requiredValue(`${path}.cidr`)];
  const errors = textErrors(cidr, `${path}.cidr`, validateCidr);
  const whole = rangeOf(cidr);
  if (whole === undefined) return errors;
  for (const [index, part] of texts(block, 'except').entries()) {
    const here = `${path}.except[${index}]`;
    errors.push(...textErrors(part, here, validateCidr));
    const range = rangeOf(part);
    if (range === undefined || isStrictlyWithin(range, whole)) continue;
    errors.push(invalidValue(here, part, 'must be a strict subset of `cidr`'));
  }
  return errors;
}

interface Range {
  readonly address: NonNullable<ReturnType<typeof parseAddress>>;
  readonly length: number;
}

/** Undefined for what is none. Leading zeros mean nothing. */
function rangeOf(cidr: string): Range | undefined {
  const [written = '', bits = ''] = cidr.split('/');
  const address = parseAddress(written.includes(':') ? written : written.replace(/\b0+(?=\d)/g, ''));
  if (address === undefined || validateCidr(cidr).length > 0) return undefined;
  return { address, length: Math.min(Number(bits), addressWidth(address.family)) };
}

function isStrictlyWithin(range: Range, whole: Range): boolean {
  if (range.address.family !== whole.address.family || range.length <= whole.length) return false;
  return maskedAddress(range.address, whole.length).bits === maskedAddress(whole.address, whole.length).bits;
}
