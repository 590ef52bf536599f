/** Texts that a cluster keeps beside its objects: its keys and credentials. */
export interface Vault {
  get(name: string): string | undefined;
  set(name: string, text: string): void;
  entries(): Iterable<readonly [name: string, text: string]>;
}

/** @param onSet is told of every text that is set */
export function createVault(
  entries: Iterable<readonly [name: string, text: string]> = [],
  onSet: (name: string, text: string) => void = () => {},
): Vault {
  const texts = new Map(entries);
  return {
    get: (name) => texts.get(name),
    set(name, text) {
      texts.set(name, text);
      onSet(name, text);
    },
    entries: () => texts.entries(),
  };
}

/** The text of this name; it is made when there is none. */
export function keptText(vault: Vault, name: string, make: () => string): string {
  let text = vault.get(name);
  if (text === undefined) {
    text = make();
    vault.set(name, text);
  }
  return text;
}
