const NEWLINE = 10;

/** Cuts chunks of bytes into lines. */
export interface LineSplitter {
  /** The lines that `chunk` completes, decoded, without their newline. Empty lines are left out. */
  push(chunk: Buffer): Iterable<string>;
  /** What came after the last newline, if anything. */
  end(): string | undefined;
}

/**
 * A line splitter whose work is linear in the bytes it sees, however they are cut: a line is put together once, when its
 * newline has come. Bytes are decoded per line, so a character cut by a chunk boundary survives.
 */
export function lineSplitter(): LineSplitter {
  let pieces: Buffer[] = [];

  function take(last: Buffer): string {
    if (pieces.length === 0) return last.toString('utf8');
    pieces.push(last);
    const line = Buffer.concat(pieces).toString('utf8');
    pieces = [];
    return line;
  }

  return {
    *push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
        const line = take(chunk.subarray(start, end));
        start = end + 1;
        if (line.trim() !== '') yield line;
      }
      if (start < chunk.length) pieces.push(chunk.subarray(start));
    },
    end() {
      const rest = take(Buffer.alloc(0));
      return rest.trim() === '' ? undefined : rest;
    },
  };
}
