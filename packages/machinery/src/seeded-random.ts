import { hash32 } from './hash.ts';
import type { Random } from './random.ts';

/** Chance that repeats: the same seed gives the same numbers (the sfc32 generator). */
export function seededRandom(seed: number | string): Random {
  let [a, b, c] = mix(String(seed));
  let counter = 1;
  const nextUint32 = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 15; i++) nextUint32();

  return {
    // 53 bits: as many as a number in [0, 1) can hold.
    next: () => ((nextUint32() >>> 5) * 2 ** 26 + (nextUint32() >>> 6)) / 2 ** 53,
    uuid: () => {
      const words = [nextUint32(), nextUint32(), nextUint32(), nextUint32()];
      words[1] = (words[1]! & 0xffff0fff) | 0x4000;
      words[2] = (words[2]! & 0x3fffffff) | 0x80000000;
      const hex = words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  };
}

/** Three 32-bit words from a text of any length. */
function mix(text: string): [number, number, number] {
  const word = (seed: number): number => hash32(text, seed) | 0;
  return [word(0x811c9dc5), word(0x9e3779b9), word(0x6a09e667)];
}
