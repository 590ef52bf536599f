/**
 * A message without what is nobody's contract: dumps of Go values, and the lines after the first when they show the
 * difference of two; the parts of a combined message, which come in random order from maps, are sorted.
 */
export function comparableMessage(message: string): string {
  const text = withoutDumps(withoutDiff(message));
  const typed = /^(failed to create typed patch object \([^)]*\): )(?:errors:\n)?(.*)$/s.exec(text);
  if (typed !== null) return (typed[1] ?? '') + typedErrors((typed[2] ?? '').split('\n'));
  const combined = /^(.* is invalid: )\[(.*)\]$/s.exec(text);
  if (combined === null) return text;
  const parts = (combined[2] ?? '').split(/, (?=[\w<][\w.[\]"<>/-]*: )/);
  return `${combined[1]}[${parts.sort().join(', ')}]`;
}

const UNDECLARED = /^\s*(.*?)\.([^.]*): field not declared in schema$/;

/**
 * The reader of a map that is applied ends at the first field that is not declared, and goes through the map in random order:
 * which of its other fields are wrong is told by chance.
 */
function typedErrors(errors: readonly string[]): string {
  const maps = errors.flatMap((error) => UNDECLARED.exec(error)?.[1] ?? []);
  const told = errors
    .map((error) => error.trim())
    .filter((error) => UNDECLARED.test(error) || !maps.some((map) => error.startsWith(`${map}.`)));
  return told.length === 1 ? told.join() : ['errors:', ...told.sort().map((error) => `  ${error}`)].join('\n');
}

/** The difference ends with the bracket that stands at its beginning, two columns in; more errors may follow. */
const DIFF_END = /\n[ \u00a0]{2}[)}]\n?/;

function withoutDiff(message: string): string {
  const at = message.indexOf('\n');
  if (at < 0) return message;
  const rest = message.slice(at + 1);
  if (!/^[\s\u00a0]*(?:&?[\w.*[\]]+\{|\(|\.\.\.|[+-][\s\u00a0])/.test(rest) || rest.startsWith('- .')) return message;
  const end = DIFF_END.exec(rest);
  return message.slice(0, at) + (end === null ? '' : rest.slice(end.index + end[0].length));
}

const DUMP = /((?:Invalid|Unsupported|Duplicate) value: )[&*[\]]*[a-z][\w.*[\] ]*\{/g;

/** Replaces `Invalid value: core.PodSpec{…}` by a mark, to the end of the value. */
function withoutDumps(message: string): string {
  let out = '';
  let from = 0;
  for (const match of message.matchAll(DUMP)) {
    if (match.index < from) continue;
    const end = endOfValue(message, match.index + match[0].length - 1);
    out += `${message.slice(from, match.index)}${match[1]}<go value>`;
    from = end;
  }
  return out + message.slice(from);
}

/** The place after the braces that open at `at`; `interface {}{…}` is one value. */
function endOfValue(message: string, at: number): number {
  let depth = 0;
  let quoted = false;
  for (let place = at; place < message.length; place++) {
    const char = message[place];
    if (char === '\\') place++;
    else if (char === '"') quoted = !quoted;
    else if (!quoted && char === '{') depth++;
    else if (!quoted && char === '}' && --depth === 0 && message[place + 1] !== '{') return place + 1;
  }
  return message.length;
}
