/** An IP address. */
export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** An address as Go's netip reads it: no leading zeros, no zone; undefined for other texts. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(':')) {
    const bits = parseIpv6(text);
    return bits === undefined ? undefined : { family: 6, bits };
  }
  const bits = parseIpv4(text);
  return bits === undefined ? undefined : { family: 4, bits };
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = groups[groups.length - 1] as string[];
  const tail = last[last.length - 1];
  if (tail?.includes('.')) {
    const bits = parseIpv4(tail);
    if (bits === undefined) return undefined;
    last.splice(-1, 1, (bits >> 16n).toString(16), (bits & 0xffffn).toString(16));
  }
  const [head = [], rest = []] = groups;
  const missing = 8 - head.length - rest.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = halves.length === 1 ? head : [...head, ...new Array<string>(missing).fill('0'), ...rest];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return all.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** An IPv4 address in the form of an IPv6 one. */
export function isMappedAddress({ family, bits }: Address): boolean {
  return family === 6 && bits >> 32n === 0xffffn;
}

/** The canonical text: lower case, the longest run of zero groups left out. */
export function formatAddress({ family, bits }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  const text = groups.join(':');
  const runs = text.match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return text;
  const at = text.search(new RegExp(`(?:^|:)${longest}(?::|$)`));
  const start = text.startsWith(longest) && at === 0 ? 0 : text.indexOf(`:${longest}`) + 1;
  return `${text.slice(0, start).replace(/:$/, '')}::${text.slice(start + longest.length).replace(/^:/, '')}`;
}

/** The width of an address in bits. */
export function addressWidth(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

/** An address with the bits behind a prefix cleared. */
export function maskedAddress({ family, bits }: Address, length: number): Address {
  const rest = BigInt(addressWidth(family) - length);
  return { family, bits: (bits >> rest) << rest };
}
