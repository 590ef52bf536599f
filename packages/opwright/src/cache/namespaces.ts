/** The namespaces that an operator follows, which may change while it runs. Make one with {@link namespaceSet}. */
export interface NamespaceSet {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Objects of the namespace are listed and watched from now on. */
  add(name: string): void;
  /** The namespace's objects leave the caches, as if they had been deleted. */
  delete(name: string): void;
  /** Calls `listener` after each change; the returned function ends that. */
  onChange(listener: (name: string, change: 'added' | 'deleted') => void): () => void;
}

/** A set of namespaces for the option `namespaces` of a manager. An empty one follows no namespace. */
export function namespaceSet(initial: Iterable<string> = []): NamespaceSet {
  const names = new Set(initial);
  const listeners = new Set<(name: string, change: 'added' | 'deleted') => void>();
  const tell = (name: string, change: 'added' | 'deleted') => {
    for (const listener of [...listeners]) listener(name, change);
  };
  return {
    get names() {
      return [...names];
    },
    has: (name) => names.has(name),
    add(name) {
      if (names.has(name)) return;
      names.add(name);
      tell(name, 'added');
    },
    delete(name) {
      if (names.delete(name)) tell(name, 'deleted');
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
