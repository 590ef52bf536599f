import { formatAddress, goQuote, type JsonObject, parseAddress } from '@opwright/machinery';
import { at, field, text, texts } from '../tree.ts';
import { addressError } from './address-errors.ts';

const HINTS = 'service.kubernetes.io/topology-aware-hints';

export function serviceWarnings(service: JsonObject): string[] {
  const spec = at(service, 'spec');
  const isOfName = text(spec, 'type') === 'ExternalName';
  const [externalIPs, balancer] = [texts(spec, 'externalIPs'), text(spec, 'loadBalancerIP')];
  const isSet = text(spec, 'clusterIP') !== '' && text(spec, 'clusterIP') !== 'None';
  const warnings: string[] = [];
  if (field(at(service, 'metadata', 'annotations'), HINTS) !== undefined) {
    warnings.push(`annotation ${HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead`);
  }
  const addresses = [
    ...(isSet ? texts(spec, 'clusterIPs').map((ip, index) => [ip, `spec.clusterIPs[${index}]`] as const) : []),
    ...externalIPs.map((ip, index) => [ip, `spec.externalIPs[${index}]`] as const),
    ...(balancer === '' ? [] : [[balancer, 'spec.loadBalancerIP'] as const]),
  ];
  warnings.push(...addresses.flatMap(([ip, path]) => addressWarnings(ip, path)));
  const ranges = texts(spec, 'loadBalancerSourceRanges');
  warnings.push(...ranges.flatMap((range, index) => rangeWarnings(range, `spec.loadBalancerSourceRanges[${index}]`)));
  if (isOfName && externalIPs.length > 0) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (!isOfName && text(spec, 'externalName') !== '') {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  return warnings;
}

const CANONICAL = 'is not in RFC 5952 canonical format';
const LOOPS = 'which may cause controller apply-loops';

/** An address that is taken, though it is not written as it should be. */
function addressWarnings(text: string, path: string): string[] {
  const address = parseAddress(text);
  if (address === undefined) {
    return [
      `${path}: IP address was accepted, but will be invalid in a future Kubernetes release: ${addressError(text)}`,
    ];
  }
  const canonical = formatAddress(address);
  if (address.family === 4 || canonical === text) return [];
  return [`${path}: IPv6 address ${goQuote(text)} ${CANONICAL} (${goQuote(canonical)}), ${LOOPS}`];
}

function rangeWarnings(text: string, path: string): string[] {
  const [host = '', bits = ''] = text.trim().split('/');
  const address = parseAddress(host);
  if (address === undefined) {
    const why = `netip.ParsePrefix(${goQuote(text)}): ${addressError(host)}`;
    return [`${path}: IP prefix was accepted, but will be invalid in a future Kubernetes release: ${why}`];
  }
  const canonical = `${formatAddress(address)}/${bits}`;
  if (address.family === 4 || canonical === text) return [];
  return [`${path}: IPv6 prefix ${goQuote(text)} ${CANONICAL} (${goQuote(canonical)}), ${LOOPS}`];
}
