/** A double as Go's `%g` prints it in its shortest form: with an exponent below 1e-4 and from 1e21 on. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (power >= 0 && power < 21) return String(value);
  if (power < 0 && power >= -4) {
    const sign = value < 0 ? '-' : '';
    return `${sign}0.${'0'.repeat(-power - 1)}${mantissa.replace(/[-.]/g, '')}`;
  }
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** `toFixed` and `toExponential` as Go has them: halves are rounded to even. */
export function roundedText(value: number, precision: number, form: 'toFixed' | 'toExponential'): string {
  const places = Math.min(precision, 100);
  const text = value[form](places);
  const exact = value[form](100);
  const [digits] = exact.split('e') as [string];
  const tail = digits.slice(digits.indexOf('.') + 1 + places);
  if (!/^50*$/.test(tail)) return text;
  // Exactly between two: cutting off and rounding up differ, one of them ends in an even digit.
  const cut = places === 0 ? digits.slice(0, digits.indexOf('.')) : digits.slice(0, digits.length - tail.length);
  return Number(cut.at(-1)) % 2 === 0 ? `${cut}${exact.slice(digits.length)}` : text;
}
