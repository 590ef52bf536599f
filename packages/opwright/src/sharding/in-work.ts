/** The keys that are worked on, however many controllers have one. */
export interface InWork {
  begin(key: string): void;
  end(key: string): void;
  /** At most `limit` of the keys for which `test` holds. */
  find(test: (key: string) => boolean, limit: number): string[];
}

export function createInWork(): InWork {
  const counts = new Map<string, number>();
  return {
    begin(key) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    end(key) {
      const left = (counts.get(key) ?? 0) - 1;
      if (left > 0) counts.set(key, left);
      else counts.delete(key);
    },
    find(test, limit) {
      const found: string[] = [];
      for (const key of counts.keys()) {
        if (found.length >= limit) break;
        if (test(key)) found.push(key);
      }
      return found;
    },
  };
}
