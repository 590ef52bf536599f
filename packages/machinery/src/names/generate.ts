import type { Random } from '../random.ts';

/** No vowels and no digits that look like letters: no words arise by chance. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const MAX_BASE_LENGTH = 63 - SUFFIX_LENGTH;

/** `metadata.generateName` to a name: the base, cut to 58 characters, and five random ones. */
export function generateName(base: string, random: Random): string {
  return base.slice(0, MAX_BASE_LENGTH) + randomSuffix(random, SUFFIX_LENGTH);
}

/** Characters that Kubernetes puts at the end of generated names. */
export function randomSuffix(random: Random, length: number): string {
  let suffix = '';
  for (let i = 0; i < length; i++) suffix += ALPHABET[Math.floor(random.next() * ALPHABET.length)];
  return suffix;
}
