/**
 * Whether YAML text nests collections more than so many levels, as far as its lines tell without parsing it. The parser
 * works by recursion, and a regular expression that V8 compiles at the end of the stack ends the process.
 */
export function nestsDeeper(text: string, limit: number): boolean {
  /** Columns at which the block collections around a line begin. */
  const columns: number[] = [];
  /** Brackets that are open, and the column of the block around them. */
  let flow = { depth: 0, column: -1 };
  /** Lines further to the right belong to a literal text. */
  let literal = Infinity;
  for (const line of text.split('\n')) {
    // `- - ? - key: …`: each indicator may begin a collection.
    const prefix = /^ *(?:[-?:][ \t]+)*/.exec(line)?.[0] ?? '';
    if (line.trim() === '') continue;
    const indent = line.search(/[^ ]/);
    if (indent > literal) continue;
    literal = /[|>][-+\d]*\s*$/.test(line) ? indent : Infinity;

    while (columns.length > 0 && columns.at(-1)! > indent) columns.pop();
    for (let column = indent; column <= prefix.length; column++) {
      const begins = column === prefix.length || !/[ \t]/.test(line[column]!);
      if (begins && columns.at(-1) !== column) columns.push(column);
    }
    // A bracket in some text is not the end of all lines: what is in a collection is to the right of what is around it.
    if (indent <= flow.column) flow = { depth: 0, column: -1 };
    if (flow.depth === 0) {
      const opens = /[[{]/.test(line.charAt(prefix.length));
      flow = { depth: 0, column: opens ? (columns.at(-2) ?? -1) : indent };
    }
    const { deepest, end } = deepestFlow(line, flow.depth);
    if (columns.length + deepest > limit) return true;
    flow.depth = end;
  }
  return false;
}

function deepestFlow(line: string, start: number): { deepest: number; end: number } {
  let end = start;
  let deepest = start;
  for (let at = 0; at < line.length; at++) {
    const char = line[at];
    if (char === '[' || char === '{') deepest = Math.max(deepest, ++end);
    else if ((char === ']' || char === '}') && end > 0) end--;
  }
  return { deepest, end };
}
