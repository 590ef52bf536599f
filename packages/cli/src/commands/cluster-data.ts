import { loadClusterData, saveClusterData } from '@opwright/cluster';
import { shownPath } from '../shown-path.ts';
import type { Terminal } from '../terminal.ts';

/** `opwright cluster save`: the cluster in a folder as one file. */
export async function saveCommand(folder: string, file: string, terminal: Terminal): Promise<void> {
  await saveClusterData(folder, file);
  terminal.out(`${shownPath(file)} holds the cluster, its keys and its Secrets too: keep it as you keep those.`);
}

/** `opwright cluster load`: a file of `save` as a new folder. */
export async function loadCommand(folder: string, file: string, terminal: Terminal): Promise<void> {
  await loadClusterData(folder, file);
  terminal.out(`opwright cluster --data ${shownPath(folder)} starts it.`);
}
