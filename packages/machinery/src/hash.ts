/**
 * A 32-bit hash of a text of any length, in which every character counts (FNV-1a with an avalanche at the end). The same
 * everywhere and in every version, not for secrets.
 *
 * @param seed another one gives another hash function
 */
export function hash32(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return avalanche32(hash);
}

/** Mixes the bits of a 32-bit number, so that each depends on all; no two numbers become one. */
export function avalanche32(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
