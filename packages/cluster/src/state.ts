import { readFile, rename, writeFile } from 'node:fs/promises';
import type { StoreImage } from './store/image.ts';
import type { StoreLog } from './store/log.ts';
import { decodeSaved, encodeSaved, type SavedCluster } from './store/saved.ts';
import { createStore } from './store/store.ts';
import { createVault, type Vault } from './store/vault.ts';

/** What a cluster begins with, and where it is kept. */
export interface ClusterState {
  readonly image?: StoreImage;
  readonly log?: StoreLog;
  readonly vault: Vault;
  close(): Promise<void>;
}

export interface StateOptions {
  /** Folder; default: nothing outlives the process. */
  readonly data?: string;
  /** A saved cluster: the file, or what is in it. */
  readonly from?: string | Uint8Array;
  /** The revision of a cluster that begins with nothing. */
  readonly startRevision?: number;
}

/** @throws Error with the remedy for a folder or a file that cannot be used */
export async function openState({ data, from, startRevision }: StateOptions): Promise<ClusterState> {
  if (startRevision !== undefined) {
    if (data !== undefined || from !== undefined) {
      throw new Error('startRevision is for a cluster that begins with nothing: leave it out, or data and from');
    }
    return { image: emptyImage(startRevision), vault: createVault(), close: async () => {} };
  }
  const saved = from === undefined ? undefined : await readSaved(from);
  if (data === undefined) {
    return { ...(saved && { image: saved.image }), vault: createVault(saved?.texts), close: async () => {} };
  }
  if (saved !== undefined) await fillFolder(data, saved);
  const { openDurableData } = await import('./store/durable.ts');
  const folder = await openDurableData(data);
  return { ...(folder.image && { image: folder.image }), log: folder.log, vault: folder.vault, close: folder.close };
}

function emptyImage(revision: number): StoreImage {
  if (!Number.isSafeInteger(revision) || revision < 1)
    throw new Error(`startRevision: ${revision}: not a positive integer`);
  return { revision, compacted: new Map([['', revision]]), changes: [] };
}

/**
 * Writes the cluster in a folder, which must not be in use, into one file. The file holds the keys of the cluster and
 * its Secrets: only its owner can read it.
 *
 * @throws Error with the remedy
 */
export async function saveClusterData(folder: string, file: string): Promise<void> {
  const { openDurableData } = await import('./store/durable.ts');
  const { image, vault, close } = await openDurableData(folder);
  try {
    if (image === undefined) throw new Error(`${folder} holds no cluster: opwright cluster --data ${folder} makes one`);
    await writeSaved(file, encodeSaved(createStore({ image }).image(), vault));
  } finally {
    await close();
  }
}

/**
 * Puts a saved cluster into a new folder.
 *
 * @throws Error with the remedy, also for a folder that holds a cluster
 */
export async function loadClusterData(folder: string, file: string): Promise<void> {
  await fillFolder(folder, await readSaved(file));
}

async function fillFolder(folder: string, { image, texts }: SavedCluster): Promise<void> {
  const { openDurableData } = await import('./store/durable.ts');
  const data = await openDurableData(folder);
  try {
    if (data.image !== undefined) {
      throw new Error(`${folder} holds a cluster already: delete the folder, or load into another one`);
    }
    await data.fill(image, texts);
  } finally {
    await data.close();
  }
}

async function readSaved(from: string | Uint8Array): Promise<SavedCluster> {
  if (typeof from !== 'string') return decodeSaved(from, 'what was given');
  return decodeSaved(await readFile(from), from);
}

/** The file is there as a whole or not at all. */
async function writeSaved(file: string, bytes: Uint8Array): Promise<void> {
  const partial = `${file}.${process.pid}.tmp`;
  await writeFile(partial, bytes, { mode: 0o600 });
  await rename(partial, file);
}
