import { type PathKey, printPath } from './path-element.ts';

/** Says why a value does not fit its type. */
export interface Mismatch {
  readonly path: readonly PathKey[];
  readonly message: string;
  /** The value is of its type; only an item of a list occurs twice. */
  readonly isDuplicate?: true;
}

/** A value does not fit its type; the message lists every mismatch as a real API server does. */
export class TypedValueError extends Error {
  override readonly name = 'TypedValueError';
  readonly mismatches: readonly Mismatch[];

  constructor(mismatches: readonly Mismatch[]) {
    super(describe(mismatches));
    this.mismatches = mismatches;
  }
}

function describe(mismatches: readonly Mismatch[]): string {
  const lines = mismatches.map(({ path, message }) => (path.length === 0 ? message : `${printPath(path)}: ${message}`));
  return lines.length === 1 ? lines[0]! : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n');
}
