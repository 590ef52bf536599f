import {
  duplicateValue,
  type FieldError,
  invalidValue,
  isIPv4,
  isIPv6,
  type JsonObject,
  requiredValue,
  tooManyItems,
  validateDns1123Label,
  validateDns1123Subdomain,
  validateLabelValue,
  validatePortNumber,
} from '@opwright/machinery';
import { at, field, int, items, text, texts } from '../tree.ts';
import {
  ipErrors,
  labelNameErrors,
  optionalName,
  presentOneOf,
  qualifiedNameErrors,
  requiredOneOf,
  subdomainErrors,
  textErrors,
} from './checks.ts';
import { immutable } from './immutable.ts';
import { labelErrors } from './metadata.ts';
import { specialIpErrors } from './service.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];

export function validateEndpoints(endpoints: JsonObject): FieldError[] {
  return items(endpoints, 'subsets').flatMap((subset, index) => {
    const here = `subsets[${index}]`;
    const [ready, notReady] = [items(subset, 'addresses'), items(subset, 'notReadyAddresses')];
    const ports = items(subset, 'ports');
    const none = ready.length + notReady.length === 0;
    return [
      ...(none ? [requiredValue(here, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...ready.flatMap((one, at) => addressErrors(one, `${here}.addresses[${at}]`)),
      ...notReady.flatMap((one, at) => addressErrors(one, `${here}.notReadyAddresses[${at}]`)),
      ...ports.flatMap((port, at) => portErrors(port, `${here}.ports[${at}]`, ports.length > 1)),
    ];
  });
}

function addressErrors(address: JsonObject, path: string): FieldError[] {
  const [ip, node] = [text(address, 'ip'), field(address, 'nodeName')];
  return [
    ...ipErrors(ip, `${path}.ip`),
    ...optionalName(address, 'hostname', path, validateDns1123Label),
    ...(node === undefined ? [] : subdomainErrors(String(node), `${path}.nodeName`)),
    ...ownIpErrors(ip, `${path}.ip`),
  ];
}

/** An address that somebody else can have. Those of this machine may be used: what runs in tests listens there. */
function ownIpErrors(ip: string, path: string): FieldError[] {
  if (!isIPv4(ip) && !isIPv6(ip)) return [invalidValue(path, ip, 'must be a valid IP address')];
  return /^127\.|^::1$/.test(ip) ? [] : specialIpErrors(ip, path);
}

function portErrors(port: JsonObject, path: string, isNamed: boolean): FieldError[] {
  const [name, number] = [text(port, 'name'), int(port, 'port')];
  return [
    ...(isNamed && name === '' ? [requiredValue(`${path}.name`)] : []),
    ...(name === '' ? [] : labelNameErrors(name, `${path}.name`)),
    ...validatePortNumber(number).map((why) => invalidValue(`${path}.port`, number, why)),
    ...requiredOneOf(port, 'protocol', path, protocols),
    ...applicationErrors(port, path),
  ];
}

function applicationErrors(port: JsonObject, path: string): FieldError[] {
  const protocol = field(port, 'appProtocol');
  return protocol === undefined ? [] : qualifiedNameErrors(String(protocol), `${path}.appProtocol`);
}

const MOST_ENDPOINTS = 1000;
const MOST_ADDRESSES = 100;
const MOST_PORTS = 20_000;
const MOST_ZONES = 8;
const MOST_LABELS = 16;

export function validateEndpointSlice(slice: JsonObject): FieldError[] {
  const [endpoints, ports] = [items(slice, 'endpoints'), items(slice, 'ports')];
  const type = text(slice, 'addressType');
  return [
    ...requiredOneOf(slice, 'addressType', '', ['FQDN', 'IPv4', 'IPv6']),
    ...(endpoints.length > MOST_ENDPOINTS
      ? [tooManyItems('endpoints', endpoints.length, MOST_ENDPOINTS)]
      : endpoints.flatMap((endpoint, index) => endpointErrors(endpoint, type, `endpoints[${index}]`))),
    ...(ports.length > MOST_PORTS
      ? [tooManyItems('ports', ports.length, MOST_PORTS)]
      : ports.flatMap((port, index) => slicePortErrors(ports, port, index))),
  ];
}

function endpointErrors(endpoint: JsonObject, type: string, path: string): FieldError[] {
  const addresses = texts(endpoint, 'addresses');
  const here = `${path}.addresses`;
  const errors: FieldError[] = [];
  if (addresses.length === 0) errors.push(requiredValue(here, 'must contain at least 1 address'));
  if (addresses.length > MOST_ADDRESSES) errors.push(tooManyItems(here, addresses.length, MOST_ADDRESSES));
  errors.push(...addresses.flatMap((address, index) => typedAddressErrors(address, type, `${here}[${index}]`)));
  const [node, host, topology] = ['nodeName', 'hostname', 'deprecatedTopology'].map((key) => field(endpoint, key));
  if (node !== undefined) errors.push(...textErrors(String(node), `${path}.nodeName`, validateDns1123Subdomain));
  const count = Object.keys(at(endpoint, 'deprecatedTopology') ?? {}).length;
  if (count > MOST_LABELS) errors.push(tooManyItems(`${path}.deprecatedTopology`, count, MOST_LABELS));
  errors.push(...labelErrors(topology, `${path}.deprecatedTopology`));
  if (host !== undefined) errors.push(...labelNameErrors(String(host), `${path}.hostname`));
  return [...errors, ...zoneErrors(items(at(endpoint, 'hints'), 'forZones'), `${path}.hints.forZones`)];
}

function typedAddressErrors(address: string, type: string, path: string): FieldError[] {
  if (type === 'FQDN') return domainErrors(address, path);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const fits = type === 'IPv4' ? isIPv4(address) || isMapped(address) : isIPv6(address) && !isMapped(address);
  return [
    ...(fits ? [] : [invalidValue(path, address, `must be a valid ${type} address`)]),
    ...ownIpErrors(address, path),
  ];
}

/** An IPv4 address in the form of IPv6. */
function isMapped(address: string): boolean {
  return isIPv6(address) && /^::ffff:/i.test(address);
}

function domainErrors(written: string, path: string): FieldError[] {
  if (written === '') return [requiredValue(path)];
  const name = written.replace(/\.$/, '');
  const errors = validateDns1123Subdomain(name);
  if (errors.length > 0) return [invalidValue(path, name, errors.join(','))];
  const labels = name.split('.');
  if (labels.length < 2) {
    return [invalidValue(path, name, 'should be a domain with at least two segments separated by dots')];
  }
  const wrong = labels.find((label) => validateDns1123Label(label).length > 0);
  return wrong === undefined ? [] : [invalidValue(path, wrong, validateDns1123Label(wrong).join(','))];
}

function slicePortErrors(ports: readonly JsonObject[], port: JsonObject, index: number): FieldError[] {
  const path = `ports[${index}]`;
  const name = text(port, 'name');
  const isRepeated = ports.findIndex((other) => text(other, 'name') === name) < index;
  return [
    ...(name === '' ? [] : labelNameErrors(name, `${path}.name`)),
    ...(isRepeated ? [duplicateValue(`${path}.name`, name)] : []),
    ...presentOneOf(port, 'protocol', path, protocols),
    ...applicationErrors(port, path),
  ];
}

function zoneErrors(zones: readonly JsonObject[], path: string): FieldError[] {
  if (zones.length > MOST_ZONES) return [tooManyItems(path, zones.length, MOST_ZONES)];
  const names = zones.map((zone) => text(zone, 'name'));
  return names.flatMap((name, index) => [
    ...(names.indexOf(name) < index ? [duplicateValue(`${path}[${index}].name`, name)] : []),
    ...textErrors(name, `${path}[${index}].name`, validateLabelValue),
  ]);
}

export function validateEndpointSliceUpdate(slice: JsonObject, old: JsonObject): FieldError[] {
  return immutable(slice, old, 'addressType', '');
}
