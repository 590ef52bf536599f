import { randomFillSync } from 'node:crypto';
import type { Random } from '@opwright/machinery';

/** Chance as this machine has it. `next` is for jitter and names, not for secrets. */
export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: uuidV4,
};

const UUID_BYTES = 16;
/** The bytes of the next UUIDs; drawing many at once costs little more than drawing one. */
const drawn = Buffer.alloc(256 * UUID_BYTES);
let used = drawn.length;

const DIGITS = Buffer.from('0123456789abcdef');
const text = Buffer.from('00000000-0000-0000-0000-000000000000');
/** Where in the text each byte goes. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/**
 * As `crypto.randomUUID`, whose text V8 keeps as a tree of its parts, which is seven times as large: every object in a
 * store has one.
 */
function uuidV4(): string {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  const bytes = drawn.subarray(used, used + UUID_BYTES);
  used += UUID_BYTES;
  bytes[6] = (bytes[6]! & 0x0f) | 0x40; // version 4
  bytes[8] = (bytes[8]! & 0x3f) | 0x80; // variant 1
  for (let i = 0; i < UUID_BYTES; i++) {
    text[PLACES[i]!] = DIGITS[bytes[i]! >> 4]!;
    text[PLACES[i]! + 1] = DIGITS[bytes[i]! & 15]!;
  }
  return text.toString('latin1');
}
