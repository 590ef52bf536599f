/** CEL counts texts in code points; JavaScript in UTF-16 units. These agree where there are no surrogates. */
const SURROGATE = /[\ud800-\udfff]/;

/** The length in code points. */
export function textSize(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let size = 0;
  for (const _ of text) size++;
  return size;
}

/** The code points of a text. */
export function codePoints(text: string): readonly string[] {
  return SURROGATE.test(text) ? [...text] : text.split('');
}

/** The order by code points, which is that of UTF-8. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : 1;
  const [left, right] = [[...a], [...b]];
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (left[index]?.codePointAt(0) as number) - (right[index]?.codePointAt(0) as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** The text that UTF-8 bytes stand for; undefined when they are not valid. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  let text = '';
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index++] as number;
    const extra = first < 0x80 ? 0 : first >> 5 === 6 ? 1 : first >> 4 === 14 ? 2 : first >> 3 === 30 ? 3 : -1;
    if (extra < 0) return undefined;
    let code = extra === 0 ? first : first & (0x3f >> extra);
    for (let left = extra; left > 0; left--) {
      const next = bytes[index++];
      if (next === undefined || next >> 6 !== 2) return undefined;
      code = (code << 6) | (next & 0x3f);
    }
    const least = [0, 0x80, 0x800, 0x10000][extra] as number;
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    text += String.fromCodePoint(code);
  }
  return text;
}
