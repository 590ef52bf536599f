/**
 * Text from UTF-8. Bytes that are not UTF-8 become U+FFFD, one for each as in Go. machinery knows no platform, so it has
 * no TextDecoder.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const chunks: string[] = [];
  let units: number[] = [];
  let position = 0;
  while (position < bytes.length) {
    const lead = bytes[position]!;
    const length =
      lead < 0x80
        ? 1
        : lead >= 0xc2 && lead < 0xe0
          ? 2
          : lead >= 0xe0 && lead < 0xf0
            ? 3
            : lead >= 0xf0 && lead < 0xf5
              ? 4
              : 0;
    let code = length === 1 ? lead : length === 0 ? -1 : lead & (0x7f >> length);
    for (let i = 1; i < length && code >= 0; i++) {
      const next = bytes[position + i] ?? 0;
      code = (next & 0xc0) === 0x80 ? (code << 6) | (next & 0x3f) : -1;
    }
    if (code < MINIMUM[length]! || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) {
      units.push(0xfffd);
      position++;
    } else {
      if (code >= 0x10000) units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
      else units.push(code);
      position += length;
    }
    if (units.length > 4096) {
      chunks.push(String.fromCharCode(...units));
      units = [];
    }
  }
  chunks.push(String.fromCharCode(...units));
  return chunks.join('');
}

/** The smallest code point that a sequence of that length may stand for; none is valid at length 0. */
const MINIMUM = [0, 0, 0x80, 0x800, 0x10000];
