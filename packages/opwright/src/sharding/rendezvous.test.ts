import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ownerFunction } from './rendezvous.ts';

const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,20}$/), { minLength: 1, maxLength: 12 });
const keys = Array.from({ length: 2000 }, (_, index) => `default/foo-${index}`);

test('the owner depends on who is there, and not on their order', () => {
  fc.assert(
    fc.property(names, fc.string(), (members, key) => {
      const owner = ownerFunction(members)(key);
      expect(members).toContain(owner);
      expect(ownerFunction([...members].reverse())(key)).toBe(owner);
    }),
  );
});

test('between two members that stay no key moves, whoever comes and goes', () => {
  fc.assert(
    fc.property(names, names, fc.array(fc.string(), { maxLength: 20 }), (before, after, some) => {
      const [ownerBefore, ownerAfter] = [ownerFunction(before), ownerFunction(after)];
      for (const key of some) {
        const [a, b] = [ownerBefore(key)!, ownerAfter(key)!];
        if (a !== b) expect(before.includes(b) && after.includes(a)).toBe(false);
      }
    }),
  );
});

test('the members get about as many keys, and nobody owns any when there is no member', () => {
  const members = ['op-5d1c', 'op-a0f3', 'op-77b2', 'op-c4e9', 'op-0b68'];
  const counts = new Map<string, number>();
  const ownerOf = ownerFunction(members);
  for (const key of keys) counts.set(ownerOf(key)!, (counts.get(ownerOf(key)!) ?? 0) + 1);
  const mean = keys.length / members.length;
  for (const member of members) expect(Math.abs((counts.get(member) ?? 0) - mean) / mean).toBeLessThan(0.2);
  expect(ownerFunction([])('default/foo-1')).toBeUndefined();
});
