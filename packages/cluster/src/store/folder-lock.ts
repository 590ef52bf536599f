import type { RootDatabase } from 'lmdb';

/** Folders that this process has open. */
const open = new Set<string>();

/**
 * Makes sure that nobody else has the folder of a database open. The table of readers in the database's lock file says
 * who has: whoever dies, however, leaves it. Returns what gives the folder free.
 *
 * @throws Error naming the process that has it
 */
export function lockFolder(folder: string, path: string, root: RootDatabase): () => void {
  if (open.has(path)) throw lockedError(folder, 'another cluster of this process');
  // Reading takes the place in the table; of two who come at the same time both see the other.
  root.getKeysCount({ limit: 1 });
  root.readerCheck();
  const other = readers(root.readerList()).find((pid) => pid !== process.pid);
  if (other !== undefined) throw lockedError(folder, `process ${other}`);
  open.add(path);
  return () => open.delete(path);
}

/** The process ids in LMDB's table: one line per reader under a line of titles. */
function readers(table: string): number[] {
  return [...table.matchAll(/^\s*(\d+)\s/gm)].map(([, pid]) => Number(pid));
}

function lockedError(folder: string, owner: string): Error {
  return new Error(`${folder} is in use by ${owner}: stop that cluster, or give this one a folder of its own`);
}
