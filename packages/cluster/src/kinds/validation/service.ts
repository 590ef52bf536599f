import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  goQuote,
  invalidValue,
  isIPv6,
  type JsonObject,
  parseAddress,
  RawGoText,
  requiredValue,
  unsupportedValue,
  validateCidr,
  validateDns1123Label,
  validatePortNumber,
} from '@opwright/machinery';
import { at, field, int, items, text, texts } from '../tree.ts';
import {
  ipErrors,
  optionalName,
  portErrors,
  presentOneOf,
  qualifiedNameErrors,
  requiredOneOf,
  subdomainErrors,
  textErrors,
} from './checks.ts';
import { labelErrors } from './metadata.ts';
import { PROTOCOLS } from './pod/network.ts';
import { isHeadless, serviceAddressErrors, serviceAddressUpdateErrors } from './service-addresses.ts';

const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';
const RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';

export function validateService(service: JsonObject): FieldError[] {
  const spec = at(service, 'spec');
  const annotations = at(service, 'metadata', 'annotations');
  const type = text(spec, 'type');
  const ports = items(spec, 'ports');
  const [hints, mode] = [field(annotations, HINTS), field(annotations, MODE)];
  const errors: FieldError[] = [];
  if (hints !== undefined && mode !== undefined && hints !== mode) {
    const why = `must match annotations[${HINTS}] when both are specified`;
    errors.push(invalidValue(`metadata.annotations[${MODE}]`, mode, why));
  }
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') errors.push(requiredValue('spec.ports'));
  errors.push(...typeErrors(spec, type, ports));
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    errors.push(...servicePortErrors(port, `spec.ports[${index}]`, ports.length > 1, names));
  }
  return [
    ...errors,
    ...labelErrors(field(spec, 'selector'), 'spec.selector'),
    ...affinityErrors(spec),
    ...serviceAddressErrors(spec),
    ...texts(spec, 'externalIPs').flatMap((ip, index) => externalIpErrors(ip, `spec.externalIPs[${index}]`)),
    ...requiredOneOf(spec, 'type', 'spec', ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']),
    ...repeatedPortErrors(ports, type),
    ...sourceRangeErrors(spec, annotations),
    ...nodePortErrors(spec, type),
    ...classErrors(spec),
    ...trafficErrors(spec, type),
  ];
}

const KUBELET_PORT = 10250;

function typeErrors(spec: JsonObject | undefined, type: string, ports: readonly JsonObject[]): FieldError[] {
  const errors: FieldError[] = [];
  if (type === 'LoadBalancer') {
    for (const [index, port] of ports.entries()) {
      const why = `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`;
      if (int(port, 'port') === KUBELET_PORT) errors.push(invalidValue(`spec.ports[${index}]`, KUBELET_PORT, why));
    }
  }
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    const why = `may not be set to 'None' for ${type} services`;
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', why));
  }
  if (type !== 'ExternalName') return errors;
  const set = ['clusterIPs', 'ipFamilies'].filter((key) => texts(spec, key).length > 0);
  if (field(spec, 'ipFamilyPolicy') !== undefined) set.push('ipFamilyPolicy');
  const name = text(spec, 'externalName').replace(/\.$/, '');
  return [
    ...errors,
    ...set.map((key) => forbiddenValue(`spec.${key}`, 'may not be set for ExternalName services')),
    ...(name === '' ? [requiredValue('spec.externalName')] : subdomainErrors(name, 'spec.externalName')),
  ];
}

function servicePortErrors(port: JsonObject, path: string, needsName: boolean, names: Set<string>): FieldError[] {
  const name = text(port, 'name');
  const errors = needsName && name === '' ? [requiredValue(`${path}.name`)] : [];
  errors.push(...optionalName(port, 'name', path, validateDns1123Label));
  if (name !== '' && names.has(name)) errors.push(duplicateValue(`${path}.name`, name));
  names.add(name);
  const number = int(port, 'port');
  const protocol = field(port, 'appProtocol');
  return [
    ...errors,
    ...validatePortNumber(number).map((why) => invalidValue(`${path}.port`, number, why)),
    ...requiredOneOf(port, 'protocol', path, PROTOCOLS),
    ...portErrors(port, 'targetPort', path),
    ...(protocol === undefined ? [] : qualifiedNameErrors(String(protocol), `${path}.appProtocol`)),
  ];
}

const LONGEST_AFFINITY = 86400;

function affinityErrors(spec: JsonObject | undefined): FieldError[] {
  const [affinity, config] = [text(spec, 'sessionAffinity'), at(spec, 'sessionAffinityConfig')];
  const path = 'spec.sessionAffinityConfig';
  const errors = requiredOneOf(spec, 'sessionAffinity', 'spec', ['ClientIP', 'None']);
  if (affinity === 'None' && config !== undefined) {
    return [...errors, forbiddenValue(path, 'must not be set when session affinity is None')];
  }
  if (affinity !== 'ClientIP') return errors;
  const missing = 'when session affinity type is ClientIP';
  if (config === undefined) return [...errors, requiredValue(path, missing)];
  const client = at(config, 'clientIP');
  if (client === undefined) return [...errors, requiredValue(`${path}.clientIP`, missing)];
  const here = `${path}.clientIP.timeoutSeconds`;
  if (field(client, 'timeoutSeconds') === undefined) return [...errors, requiredValue(here, missing)];
  const seconds = int(client, 'timeoutSeconds');
  if (seconds > 0 && seconds <= LONGEST_AFFINITY) return errors;
  return [...errors, invalidValue(here, seconds, `must be greater than 0 and less than ${LONGEST_AFFINITY}`)];
}

function externalIpErrors(ip: string, path: string): FieldError[] {
  const errors = ipErrors(ip, path);
  return errors.length > 0 ? errors : specialIpErrors(ip, path);
}

/** An address that somebody else can have. */
export function specialIpErrors(ip: string, path: string): FieldError[] {
  const bits = parseAddress(ip.replace(/\b0+(?=\d)/g, ''))?.bits;
  const isSix = isIPv6(ip);
  if (bits === undefined) return [];
  // What stands for an IPv4 address is looked at as one.
  const isMapped = isSix && bits >> 32n === 0xffffn;
  const four = isSix && !isMapped ? undefined : Number(bits & 0xffffffffn);
  const starts = (prefix: number, length: number) => four !== undefined && four >>> (32 - length) === prefix;
  const wrong = (why: string) => [invalidValue(path, ip, why)];
  if (four === 0 || bits === 0n) return wrong(`may not be unspecified (${ip})`);
  if (starts(127, 8) || bits === 1n) return wrong('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (starts(0xa9fe, 16) || bits >> 118n === 0x3fan) {
    return wrong('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  }
  const isMulticast = starts(0xe00000, 24) || (bits >> 112n === 0xff02n && isSix);
  return isMulticast ? wrong('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)') : [];
}

function repeatedPortErrors(ports: readonly JsonObject[], type: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, port] of ports.entries()) {
    if (type !== 'ClusterIP' || int(port, 'nodePort') === 0) continue;
    errors.push(forbiddenValue(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
  }
  const taken = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const [protocol, number] = [text(port, 'protocol'), int(port, 'nodePort')];
    if (number === 0) continue;
    if (taken.has(`${protocol} ${number}`)) errors.push(duplicateValue(`spec.ports[${index}].nodePort`, number));
    taken.add(`${protocol} ${number}`);
  }
  const numbers = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const [protocol, number] = [text(port, 'protocol'), int(port, 'port')];
    if (numbers.has(`${protocol} ${number}`)) {
      const target = 'TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}';
      const shown = `core.ServicePort{Name:"", Protocol:${goQuote(protocol)}, AppProtocol:(*string)(nil), Port:${number}, ${target}, NodePort:0}`;
      errors.push(duplicateValue(`spec.ports[${index}]`, new RawGoText(shown)));
    }
    numbers.add(`${protocol} ${number}`);
  }
  return errors;
}

const ONLY_BALANCERS = "may only be used when `type` is 'LoadBalancer'";

function sourceRangeErrors(spec: JsonObject | undefined, annotations: JsonObject | undefined): FieldError[] {
  const ranges = texts(spec, 'loadBalancerSourceRanges');
  const annotation = field(annotations, RANGES);
  const isBalancer = text(spec, 'type') === 'LoadBalancer';
  const isOld = ranges.length === 0;
  if (isOld && annotation === undefined) return [];
  const path = isOld ? `metadata.annotations[${RANGES}]` : 'spec.LoadBalancerSourceRanges';
  const values = isOld ? String(annotation).trim().split(',') : ranges;
  const isEmpty = isOld && String(annotation).trim() === '';
  return [
    ...(isBalancer ? [] : [forbiddenValue(path, ONLY_BALANCERS)]),
    ...(isEmpty ? [] : values).flatMap((value, index) =>
      textErrors(value.trim(), isOld ? path : `${path}[${index}]`, validateCidr),
    ),
  ];
}

function nodePortErrors(spec: JsonObject | undefined, type: string): FieldError[] {
  const isSet = field(spec, 'allocateLoadBalancerNodePorts') !== undefined;
  if (isSet === (type === 'LoadBalancer')) return [];
  if (!isSet) return [requiredValue('allocateLoadBalancerNodePorts')];
  return [forbiddenValue('spec.allocateLoadBalancerNodePorts', ONLY_BALANCERS)];
}

function classErrors(spec: JsonObject | undefined): FieldError[] {
  const name = field(spec, 'loadBalancerClass');
  if (name === undefined) return [];
  return text(spec, 'type') === 'LoadBalancer'
    ? qualifiedNameErrors(String(name), 'spec.loadBalancerClass')
    : [forbiddenValue('spec.loadBalancerClass', ONLY_BALANCERS)];
}

function trafficErrors(spec: JsonObject | undefined, type: string): FieldError[] {
  const isBalancer = type === 'LoadBalancer';
  const isOutside =
    isBalancer || type === 'NodePort' || (type === 'ClusterIP' && texts(spec, 'externalIPs').length > 0);
  const policy = text(spec, 'externalTrafficPolicy');
  const port = int(spec, 'healthCheckNodePort');
  const errors: FieldError[] = [];
  if (isOutside) errors.push(...requiredOneOf(spec, 'externalTrafficPolicy', 'spec', ['Cluster', 'Local']));
  else if (policy !== '') {
    const why = 'may only be set for externally-accessible services';
    errors.push(invalidValue('spec.externalTrafficPolicy', policy, why));
  }
  const here = 'spec.healthCheckNodePort';
  if (isBalancer && policy === 'Local') {
    if (port === 0) errors.push(requiredValue(here));
    else errors.push(...validatePortNumber(port).map((why) => invalidValue(here, port, why)));
  } else if (port !== 0) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalidValue(here, port, why));
  }
  const isInside = ['NodePort', 'LoadBalancer', 'ClusterIP'].includes(type);
  if (isInside && field(spec, 'internalTrafficPolicy') === undefined) {
    errors.push(requiredValue('spec.internalTrafficPolicy'));
  }
  const distribution = field(spec, 'trafficDistribution');
  return [
    ...errors,
    ...presentOneOf(spec, 'internalTrafficPolicy', 'spec', ['Cluster', 'Local']),
    ...(distribution === undefined || distribution === 'PreferClose'
      ? []
      : [unsupportedValue('spec.trafficDistribution', distribution, ['PreferClose'])]),
  ];
}

/** An allocated address stays, unless the service gives it up by its type. */
export function validateServiceUpdate(service: JsonObject, old: JsonObject): FieldError[] {
  const [spec, before] = [at(service, 'spec'), at(old, 'spec')];
  const errors = serviceAddressUpdateErrors(spec, before);
  const areBalancers = [spec, before].every((of) => text(of, 'type') === 'LoadBalancer');
  const [name, was] = [field(spec, 'loadBalancerClass'), field(before, 'loadBalancerClass')];
  if (areBalancers && name !== was) {
    errors.push(invalidValue('spec.loadBalancerClass', name, 'may not change once set'));
  }
  // Kubernetes looks at the class once more.
  errors.push(...classErrors(spec));
  if (!areBalancers) return errors;
  const areLocal = [spec, before].every((of) => text(of, 'externalTrafficPolicy') === 'Local');
  if (areLocal && int(spec, 'healthCheckNodePort') !== int(before, 'healthCheckNodePort')) {
    errors.push(forbiddenValue('spec.healthCheckNodePort', 'field is immutable'));
  }
  return errors;
}

export function validateServiceStatusUpdate(service: JsonObject): FieldError[] {
  return loadBalancerStatusErrors(service, text(at(service, 'spec'), 'type') === 'LoadBalancer');
}

/** Addresses at which a load balancer answers. */
export function loadBalancerStatusErrors(object: JsonObject, isBalancer: boolean): FieldError[] {
  const path = 'status.loadBalancer.ingress';
  const points = items(at(object, 'status', 'loadBalancer'), 'ingress');
  if (points.length > 0 && !isBalancer) {
    return [forbiddenValue(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  return points.flatMap((point, index) => {
    const here = `${path}[${index}]`;
    const [ip, mode] = [text(point, 'ip'), field(point, 'ipMode')];
    const errors = ip === '' ? [] : ipErrors(ip, `${here}.ip`);
    if (mode === undefined && ip !== '')
      errors.push(requiredValue(`${here}.ipMode`, 'must be specified when `ip` is set'));
    else if (mode !== undefined && ip === '') {
      errors.push(forbiddenValue(`${here}.ipMode`, 'may not be specified when `ip` is not set'));
    } else errors.push(...presentOneOf(point, 'ipMode', here, ['Proxy', 'VIP']));
    return [...errors, ...hostnameErrors(text(point, 'hostname'), `${here}.hostname`)];
  });
}

/** A name that is none of an address. */
export function hostnameErrors(name: string, path: string): FieldError[] {
  if (name === '') return [];
  const isAddress = ipErrors(name, path).length === 0;
  return [
    ...subdomainErrors(name, path),
    ...(isAddress ? [invalidValue(path, name, 'must be a DNS name, not an IP address')] : []),
  ];
}
