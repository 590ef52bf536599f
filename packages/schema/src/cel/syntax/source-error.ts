/** Something wrong at a place of the source. */
export interface SourceError {
  /** Offset in UTF-16 units. */
  readonly at: number;
  readonly message: string;
}

/** Thrown where parsing cannot go on. */
export class CelSyntaxError extends Error {
  override readonly name = 'CelSyntaxError';
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Problems as CEL prints them: place, text, the line, and a caret below the place. Sorted by place. */
export function formatErrors(source: string, errors: readonly SourceError[]): string {
  const sorted = [...errors].sort((a, b) => a.at - b.at);
  return sorted.map((error) => formatError(source, error)).join('\n');
}

function formatError(source: string, { at, message }: SourceError): string {
  const before = source.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  const end = source.indexOf('\n', at);
  const line = source.slice(start, end < 0 ? undefined : end);
  const row = before.split('\n').length;
  const column = [...before.slice(start)].length;
  return `ERROR: <input>:${row}:${column + 1}: ${message}\n | ${line}\n | ${'.'.repeat(column)}^`;
}
