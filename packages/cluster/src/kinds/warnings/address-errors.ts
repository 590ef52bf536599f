import { goQuote } from '@opwright/machinery';

/** Why Go's netip takes a text for no address, as far as IPv4 goes. */
export function addressError(text: string): string {
  const mark = /[.:%]/.exec(text)?.[0];
  return `ParseAddr(${goQuote(text)}): ${mark === '.' ? ipv4Error(text) : otherError(mark)}`;
}

function otherError(mark: string | undefined): string {
  if (mark === '%') return 'missing IPv6 address';
  return mark === undefined ? 'unable to parse IP' : 'unexpected character, want colon';
}

function ipv4Error(text: string): string {
  const rest = (at: number) => `(at ${goQuote(text.slice(at))})`;
  let [value, digits, dots] = [0, 0, 0];
  for (const [at, char] of [...text].entries()) {
    if (/\d/.test(char)) {
      if (digits === 1 && value === 0) return 'IPv4 field has octet with leading zero';
      value = value * 10 + Number(char);
      digits++;
      if (value > 255) return 'IPv4 field has value >255';
      continue;
    }
    if (char !== '.') return `unexpected character ${rest(at)}`;
    if (at === 0 || at === text.length - 1 || text[at - 1] === '.') {
      return `IPv4 field must have at least one digit ${rest(at)}`;
    }
    if (dots === 3) return 'IPv4 address too long';
    dots++;
    [value, digits] = [0, 0];
  }
  return 'IPv4 address too short';
}
