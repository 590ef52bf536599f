import { textOfByte } from '@opwright/machinery';

/** The text of bytes from a path. Those that are no UTF-8 stay what they are: lone surrogates, which messages show as bytes. */
export function textOfBytes(bytes: Buffer): string {
  const whole = bytes.toString('utf8');
  if (!whole.includes(LOST)) return whole;
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    text += character ?? textOfByte(bytes[at]!);
    at += character === undefined ? 1 : Buffer.byteLength(character);
  }
  return text;
}

const LOST = '\ufffd';

function characterAt(bytes: Buffer, at: number): string | undefined {
  for (const length of [1, 2, 3, 4]) {
    const text = bytes.toString('utf8', at, at + length);
    if (!text.includes(LOST) || (length === 3 && bytes.toString('hex', at, at + 3) === 'efbfbd')) return text;
  }
  return undefined;
}
