/** An IPv4 address; leading zeros are tolerated, as the API server tolerates them. */
export function isIPv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d+$/.test(part) && Number(part) <= 255);
}

/** An IPv6 address without a zone. */
export function isIPv6(text: string): boolean {
  if (!text.includes(':')) return false;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail) return isIPv4(tail[2] as string) && isIPv6(`${tail[1]}0:0`);
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}

/** An address and the length of a prefix: `10.0.0.0/8`. */
export function isCidr(text: string): boolean {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (!match) return false;
  const [address, bits] = [match[1] as string, Number(match[2])];
  return (isIPv4(address) && bits <= 32) || (isIPv6(address) && bits <= 128);
}

/** What is wrong with an IP address; empty when nothing is. */
export function validateIp(text: string): readonly string[] {
  return isIPv4(text) || isIPv6(text) ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
}

/** What is wrong with a range of addresses; empty when nothing is. */
export function validateCidr(text: string): readonly string[] {
  return isCidr(text) ? [] : ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'];
}
