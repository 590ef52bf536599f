import {
  type Address,
  addressWidth,
  formatAddress,
  goQuote,
  isMappedAddress,
  maskedAddress,
  parseAddress,
} from '@opwright/machinery';
import { type CallEstimate, fixed, plus, type Sized, scaled, TEXT_FACTOR } from '../cost/estimate.ts';
import { BOOL, INT, opaque, STRING } from '../types/type.ts';
import { CelError } from '../values/error.ts';
import { runtimeSize } from '../values/size.ts';
import { type CelValue, Extension } from '../values/value.ts';
import { reading } from './costs.ts';
import { type Costs, global, member, type Overload } from './overload.ts';

/** An IP address. */
export class Ip extends Extension {
  readonly typeName = 'net.IP';
  readonly address: Address;
  override readonly size: number;

  constructor(address: Address) {
    super();
    this.address = address;
    this.size = addressWidth(address.family) / 8;
  }

  equals(other: CelValue): boolean {
    return (
      other instanceof Ip && other.address.family === this.address.family && other.address.bits === this.address.bits
    );
  }
}

/** An address range. */
export class Cidr extends Extension {
  readonly typeName = 'net.CIDR';
  readonly address: Address;
  readonly prefix: number;
  override readonly size: number;

  constructor(address: Address, prefix: number) {
    super();
    this.address = address;
    this.prefix = prefix;
    this.size = Math.ceil(prefix / 8);
  }

  equals(other: CelValue): boolean {
    return (
      other instanceof Cidr &&
      other.prefix === this.prefix &&
      other.address.family === this.address.family &&
      other.address.bits === this.address.bits
    );
  }
}

function parseIp(text: string): Ip | CelError {
  const zone = text.indexOf('%');
  const address = parseAddress(zone > 0 ? text.slice(0, zone) : text);
  if (!address || (zone > 0 && address.family === 4)) {
    const reason = `ParseAddr(${goQuote(text)}): unable to parse IP`;
    return new CelError(`IP Address ${goQuote(text)} parse error during conversion from string: ${reason}`);
  }
  if (zone > 0) return new CelError(`IP address ${goQuote(text)} with zone value is not allowed`);
  if (isMappedAddress(address)) return new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  return new Ip(address);
}

function parseCidr(text: string): Cidr | CelError {
  const [, host = '', length = ''] = /^(.*)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const address = parseAddress(host);
  if (!address || Number(length) > addressWidth(address.family)) {
    const reason = `netip.ParsePrefix(${goQuote(text)}): invalid prefix`;
    return new CelError(`network address parse error during conversion from string: ${reason}`);
  }
  if (isMappedAddress(address)) return new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  return new Cidr(address, Number(length));
}

function containsIp(range: Cidr, other: Ip | string): CelValue {
  const ip = typeof other === 'string' ? parseIp(other) : other;
  return ip instanceof CelError ? ip : contains(range, ip.address);
}

function containsCidr(range: Cidr, other: Cidr | string): CelValue {
  const inner = typeof other === 'string' ? parseCidr(other) : other;
  return inner instanceof CelError ? inner : contains(range, inner.address) && range.prefix <= inner.prefix;
}

function contains({ address, prefix }: Cidr, other: Address): boolean {
  return other.family === address.family && maskedAddress(other, prefix).bits === maskedAddress(address, prefix).bits;
}

const inIpv4 = ({ family, bits }: Address, range: string) =>
  family === 4 && contains(parseCidr(range) as Cidr, { family, bits });
const inIpv6 = ({ family, bits }: Address, range: string) =>
  family === 6 && contains(parseCidr(range) as Cidr, { family, bits });

const isUnspecified = (address: Address) => address.bits === 0n;
const isLoopback = (address: Address) =>
  inIpv4(address, '127.0.0.0/8') || (address.family === 6 && address.bits === 1n);
const isLinkLocalUnicast = (address: Address) => inIpv4(address, '169.254.0.0/16') || inIpv6(address, 'fe80::/10');
const isMulticast = (address: Address) => inIpv4(address, '224.0.0.0/4') || inIpv6(address, 'ff00::/8');
const isLinkLocalMulticast = (address: Address) =>
  inIpv4(address, '224.0.0.0/24') ||
  (address.family === 6 && address.bits >> 112n === 0xff02n) ||
  (address.family === 6 && (address.bits >> 112n) % 16n === 2n && isMulticast(address));
const isGlobalUnicast = (address: Address) =>
  !inIpv4(address, '255.255.255.255/32') &&
  !isUnspecified(address) &&
  !isLoopback(address) &&
  !isMulticast(address) &&
  !isLinkLocalUnicast(address);

function formatCidr({ address, prefix }: Cidr): string {
  return `${formatAddress(address)}/${prefix}`;
}

function isCanonical(text: string): CelValue {
  const ip = parseIp(text);
  return ip instanceof CelError ? ip : formatAddress(ip.address) === text;
}

/** Comparing the bytes of two addresses, after masking and after reading a text where that is needed. */
function comparing(masks: boolean, text: boolean): Costs {
  return {
    estimate: ([, other]: readonly Sized[]): CallEstimate => {
      let cost = scaled({ min: 8, max: 32 }, TEXT_FACTOR);
      if (masks) cost = plus(plus(cost, scaled({ min: 4, max: 16 }, TEXT_FACTOR)), fixed(1));
      if (text) cost = plus(cost, scaled((other as Sized).size, TEXT_FACTOR));
      return { cost };
    },
    cost: ([range, other]) => {
      const size = runtimeSize(range as CelValue);
      const base = Math.ceil(size * 2 * TEXT_FACTOR) + (masks ? Math.ceil(size * TEXT_FACTOR) + 1 : 0);
      return base + (text ? Math.ceil(runtimeSize(other as CelValue) * TEXT_FACTOR) : 0);
    },
  };
}

const IP = opaque('net.IP');
const CIDR = opaque('net.CIDR');

function question(name: string, id: string, answer: (address: Address) => boolean): Overload {
  return member(name, id, [IP], BOOL, ({ address }: Ip) => answer(address));
}

/** Kubernetes' IP addresses and ranges. */
export const addressLibrary: readonly Overload[] = [
  global('ip', 'string_to_ip', [STRING], IP, parseIp, reading(0)),
  global('isIP', 'is_ip', [STRING], BOOL, (text: string) => parseIp(text) instanceof Ip, reading(0)),
  global('ip.isCanonical', 'ip_is_canonical', [STRING], BOOL, isCanonical, reading(0, 2)),
  global('string', 'ip_to_string', [IP], STRING, ({ address }: Ip) => formatAddress(address)),
  member('family', 'ip_family', [IP], INT, ({ address }: Ip) => address.family),
  question('isUnspecified', 'ip_is_unspecified', isUnspecified),
  question('isLoopback', 'ip_is_loopback', isLoopback),
  question('isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast),
  question('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast),
  question('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
  global('cidr', 'string_to_cidr', [STRING], CIDR, parseCidr, reading(0)),
  global('isCIDR', 'is_cidr', [STRING], BOOL, (text: string) => parseCidr(text) instanceof Cidr, reading(0)),
  global('string', 'cidr_to_string', [CIDR], STRING, formatCidr),
  member('containsIP', 'cidr_contains_ip_string', [CIDR, STRING], BOOL, containsIp, comparing(false, true)),
  member('containsIP', 'cidr_contains_ip_ip', [CIDR, IP], BOOL, containsIp, comparing(false, false)),
  member('containsCIDR', 'cidr_contains_cidr_string', [CIDR, STRING], BOOL, containsCidr, comparing(true, true)),
  member('containsCIDR', 'cidr_contains_cidr', [CIDR, CIDR], BOOL, containsCidr, comparing(true, false)),
  member('ip', 'cidr_ip', [CIDR], IP, ({ address }: Cidr) => new Ip(address)),
  member('prefixLength', 'cidr_prefix_length', [CIDR], INT, ({ prefix }: Cidr) => prefix),
  member(
    'masked',
    'cidr_masked',
    [CIDR],
    CIDR,
    ({ address, prefix }: Cidr) => new Cidr(maskedAddress(address, prefix), prefix),
  ),
];
