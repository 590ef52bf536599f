/**
 * Orders texts as Go does, by their UTF-8 bytes. UTF-16 units give the same order except where a surrogate pair meets
 * a character between U+E000 and U+FFFF.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return byteOrder(unitA) - byteOrder(unitB);
  }
  return a.length - b.length;
}

function byteOrder(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
