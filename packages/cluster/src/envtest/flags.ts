/** Command line flags by name, without dashes; the last one wins. */
export type Flags = ReadonlyMap<string, string>;

/**
 * Reads `--name=value`, `--name value` and `--name` (true) as Go's programs do. Flags that nobody asks for are ignored: the
 * programs that these stand in for have hundreds.
 */
export function parseFlags(argv: readonly string[]): Flags {
  const flags = new Map<string, string>();
  for (let index = 0; index < argv.length; index++) {
    const match = /^--?([^=]+)(?:=(.*))?$/s.exec(argv[index] ?? '');
    if (!match?.[1]) continue;
    const next = argv[index + 1];
    if (match[2] !== undefined) flags.set(match[1], match[2]);
    else if (next !== undefined && !next.startsWith('-')) flags.set(match[1], argv[++index] ?? '');
    else flags.set(match[1], 'true');
  }
  return flags;
}

/** The items of a flag that takes a list. */
export function listOf(value = ''): string[] {
  return value.split(',').filter((item) => item !== '');
}
