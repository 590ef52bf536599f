import { avalanche32, hash32 } from '@opwright/machinery';

/**
 * Which of the members a key belongs to: the one with the highest weight for it (rendezvous hashing). It depends on nothing
 * but the key and who is there, every member gets about as many keys, and only keys of members that come or go move: as
 * long as two members stay, a key never moves from one to the other. Undefined when there is no member.
 */
export function ownerFunction(members: readonly string[]): (key: string) => string | undefined {
  const hashes = members.map((name) => hash32(name));
  return (key) => {
    const hash = hash32(key);
    let owner: string | undefined;
    let highest = -1;
    for (let index = 0; index < members.length; index += 1) {
      const weight = avalanche32(hash ^ hashes[index]!);
      if (weight < highest || (weight === highest && members[index]! > owner!)) continue;
      highest = weight;
      owner = members[index];
    }
    return owner;
  };
}
