/** What command line flags say, by their names without dashes; a flag may be given several times. */
export type Flags = ReadonlyMap<string, readonly string[]>;

/**
 * Reads `--name=value`, `--name value` and `--name` (true) as Go's programs do. Flags that nobody asks for are ignored: the
 * programs that these stand in for have hundreds.
 */
export function parseFlags(argv: readonly string[]): Flags {
  const flags = new Map<string, string[]>();
  for (let index = 0; index < argv.length; index++) {
    const match = /^--?([^=]+)(?:=(.*))?$/s.exec(argv[index] ?? '');
    if (!match?.[1]) continue;
    const next = argv[index + 1];
    const takesNext = match[2] === undefined && next !== undefined && !next.startsWith('-');
    const value = takesNext ? (argv[++index] ?? '') : (match[2] ?? 'true');
    flags.set(match[1], [...(flags.get(match[1]) ?? []), value]);
  }
  return flags;
}

/** What a flag says that has one value: the last one wins. */
export function lastOf(flags: Flags, name: string): string | undefined {
  return flags.get(name)?.at(-1);
}

/** The items of a flag that takes a list, with commas or several times. */
export function listOf(flags: Flags, name: string): string[] {
  return (flags.get(name) ?? []).flatMap((value) => value.split(',')).filter((item) => item !== '');
}

/** Where a program listens that was told this: on this machine only. */
export function listenAddress(address: string): string {
  return address === 'localhost' || address === '0.0.0.0' ? '127.0.0.1' : address;
}
