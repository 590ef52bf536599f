const NEWLINE = 10;
const SPACE = 32;

/** Cuts chunks of bytes into lines. */
export interface LineSplitter {
  /** The lines that `chunk` completes, without their newline, each until the next one is asked for. Blank lines are left out. */
  push(chunk: Buffer): Iterable<Buffer>;
  /** What came after the last newline, if anything. */
  end(): Buffer | undefined;
}

const EMPTY = Buffer.alloc(0);
/** A longer line takes its memory along. */
const KEPT = 64 * 1024;

/**
 * A line splitter whose work is linear in the bytes it sees, however they are cut: the beginning of a line waits in memory that
 * is used again for the next one.
 */
export function lineSplitter(): LineSplitter {
  let begun = EMPTY;
  let length = 0;

  function keep(piece: Buffer): void {
    if (length + piece.length > begun.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * begun.length, length + piece.length, 1024));
      begun.copy(larger, 0, 0, length);
      begun = larger;
    }
    piece.copy(begun, length);
    length += piece.length;
  }

  function take(last: Buffer): Buffer {
    if (length === 0) return last;
    keep(last);
    const line = begun.subarray(0, length);
    length = 0;
    if (begun.length > KEPT) begun = EMPTY;
    return line;
  }

  return {
    *push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        const line = take(chunk.subarray(start, end));
        start = end + 1;
        if (!isBlank(line)) yield line;
      }
      if (start < chunk.length) keep(chunk.subarray(start));
    },
    end() {
      const rest = take(EMPTY);
      return isBlank(rest) ? undefined : rest;
    },
  };
}

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte > SPACE) return false;
  return true;
}
