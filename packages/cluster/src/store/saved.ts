import { gunzipSync, gzipSync } from 'node:zlib';
import { decodeChange, encodeChange, type StoredChange, type StoreImage } from './image.ts';
import type { Vault } from './vault.ts';

/** A whole cluster at one revision. */
export interface SavedCluster {
  readonly image: StoreImage;
  readonly texts: ReadonlyMap<string, string>;
}

const FORMAT = 1;

interface Header {
  readonly opwright: 'cluster';
  readonly format: number;
  readonly revision: number;
  readonly texts: readonly (readonly [name: string, text: string])[];
}

/** Gzipped lines of JSON: what it is and the credentials in the first, one object in each of the others. */
export function encodeSaved(image: StoreImage, vault: Vault): Uint8Array {
  const header: Header = {
    opwright: 'cluster',
    format: FORMAT,
    revision: image.revision,
    texts: [...vault.entries()],
  };
  const lines = [JSON.stringify(header)];
  for (const change of image.changes) lines.push(encodeChange(change));
  return gzipSync(lines.join('\n'));
}

/**
 * @param source what to call it in errors
 * @throws Error saying what is wrong with it
 */
export function decodeSaved(bytes: Uint8Array, source: string): SavedCluster {
  const lines = readLines(bytes, source);
  const header = readHeader(lines[0] ?? '', source);
  const changes: StoredChange[] = lines.slice(1).map(decodeChange);
  const { revision, texts } = header;
  return { image: { revision, compacted: new Map([['', revision]]), changes }, texts: new Map(texts) };
}

function readLines(bytes: Uint8Array, source: string): string[] {
  try {
    return gunzipSync(bytes).toString('utf8').split('\n');
  } catch (cause) {
    throw notSaved(source, cause);
  }
}

function readHeader(line: string, source: string): Header {
  let header: Partial<Header> | null;
  try {
    header = JSON.parse(line);
  } catch (cause) {
    throw notSaved(source, cause);
  }
  if (header?.opwright !== 'cluster') throw notSaved(source);
  if (header.format !== FORMAT) {
    const found = `${source} is a cluster in format ${header.format}, and this version of Opwright reads format ${FORMAT}`;
    throw new Error(`${found}: use the version that saved it`);
  }
  return header as Header;
}

function notSaved(source: string, cause?: unknown): Error {
  const remedy = 'opwright cluster save, or Cluster.save(), makes such files';
  return new Error(`${source} is no saved cluster, or not all of one: ${remedy}`, { cause });
}
