import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  goQuote,
  invalidValue,
  type JsonObject,
  RawGoText,
  requiredValue,
  unsupportedValue,
  validateDns1123Label,
  validateDns1123Subdomain,
} from '@opwright/machinery';
import { readRequest } from '../certificate-request.ts';
import { at, field, int, items, text, texts } from '../tree.ts';

/** In Kubernetes' order, by which they are listed. */
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const SHORTEST = 600;

export function validateCertificateRequest(request: JsonObject): FieldError[] {
  const spec = at(request, 'spec');
  return [...contentErrors(spec), ...conditionErrors(request)];
}

function contentErrors(spec: JsonObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const request = readRequest(text(spec, 'request'));
  const problem = 'problem' in request ? request.problem : request.signatureProblem;
  if (problem !== undefined) errors.push(invalidValue('spec.request', goBytes(field(spec, 'request')), problem));
  const usages = texts(spec, 'usages');
  if (usages.length === 0) errors.push(requiredValue('spec.usages'));
  for (const [index, usage] of usages.entries()) {
    if (!USAGES.includes(usage)) errors.push(unsupportedValue(`spec.usages[${index}]`, usage, USAGES));
  }
  for (const [index, usage] of usages.entries()) {
    if (usages.indexOf(usage) < index) errors.push(duplicateValue(`spec.usages[${index}]`, usage));
  }
  errors.push(...signerNameErrors('spec.signerName', text(spec, 'signerName')));
  if (field(spec, 'expirationSeconds') !== undefined && int(spec, 'expirationSeconds') < SHORTEST) {
    const why = 'may not specify a duration less than 600 seconds (10 minutes)';
    errors.push(invalidValue('spec.expirationSeconds', int(spec, 'expirationSeconds'), why));
  }
  return errors;
}

function goBytes(base64: unknown): RawGoText {
  if (typeof base64 !== 'string') return new RawGoText('[]byte(nil)');
  const bytes = [...Buffer.from(base64, 'base64')].map((byte) => `0x${byte.toString(16)}`);
  return new RawGoText(`[]byte{${bytes.join(', ')}}`);
}

/** `domain/path.of.parts` */
function signerNameErrors(path: string, name: string): FieldError[] {
  if (name === LEGACY_SIGNER) {
    return [invalidValue(path, name, 'the legacy signerName is not allowed via this API version')];
  }
  if (name === '') return [requiredValue(path)];
  const segments = name.split('/');
  const [domain = '', rest = ''] = segments;
  if (segments.length !== 2) {
    return [
      invalidValue(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"),
    ];
  }
  const errors = partErrors(path, domain, validateDns1123Label);
  if (!domain.includes('.')) {
    errors.push(invalidValue(path, domain, 'should be a domain with at least two segments separated by dots'));
  }
  return [...errors, ...partErrors(path, rest, validateDns1123Subdomain)];
}

/** The parts between the dots are looked at one by one. */
function partErrors(path: string, name: string, rule: (part: string) => readonly string[]): FieldError[] {
  return name
    .split('.')
    .flatMap((part) => rule(part).map((why) => invalidValue(path, name, `validating label ${goQuote(part)}: ${why}`)));
}

const STATUSES = ['False', 'True', 'Unknown'];
const ALWAYS_TRUE = ['Approved', 'Denied', 'Failed'];

function conditionErrors(request: JsonObject): FieldError[] {
  const conditions = items(at(request, 'status'), 'conditions');
  const seen = new Set<string>();
  return conditions.flatMap((condition, index) => {
    const path = `status.conditions[${index}]`;
    const [type, status] = [text(condition, 'type'), text(condition, 'status')];
    const errors: FieldError[] = [];
    if (type === '') errors.push(requiredValue(`${path}.type`));
    const allowed = ALWAYS_TRUE.includes(type) ? ['True'] : STATUSES;
    if (status === '') errors.push(requiredValue(`${path}.status`));
    else if (!allowed.includes(status)) errors.push(unsupportedValue(`${path}.status`, status, allowed));
    const opposite = { Approved: 'Denied', Denied: 'Approved' }[type];
    if (opposite !== undefined && seen.has(opposite)) {
      errors.push(invalidValue(`${path}.type`, type, 'Approved and Denied conditions are mutually exclusive'));
    }
    if (seen.has(type)) errors.push(duplicateValue(`${path}.type`, type));
    seen.add(type);
    return errors;
  });
}

/** What has been decided about a request stays. */
export function validateCertificateRequestUpdate(request: JsonObject, old: JsonObject): FieldError[] {
  const count = (object: JsonObject, type: string) =>
    items(at(object, 'status'), 'conditions').filter((condition) => condition.type === type).length;
  return ALWAYS_TRUE.filter((type) => count(request, type) < count(old, type)).map((type) =>
    forbiddenValue('status.conditions', `updates may not remove a condition of type "${type}"`),
  );
}
