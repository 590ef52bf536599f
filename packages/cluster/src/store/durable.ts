import { chmodSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { lockFolder } from './folder-lock.ts';
import { createGroupCommit } from './group-commit.ts';
import { decodeChange, encodeChange, revisionOf, type StoreImage } from './image.ts';
import type { StoreLog } from './log.ts';
import { createVault, type Vault } from './vault.ts';

/** Of what is in the folder. Another version's data is refused, not guessed at. */
export const DATA_FORMAT = '1';

/** A folder that holds a cluster. */
export interface DurableData {
  /** What was there when it was opened; can be read once, before the log is used. Undefined in a new folder. */
  readonly image: StoreImage | undefined;
  readonly vault: Vault;
  readonly log: StoreLog;
  /** Writes a whole state into a new folder. */
  fill(image: StoreImage, texts: Iterable<readonly [name: string, text: string]>): Promise<void>;
  /** Waits for what is on its way to the disk. */
  close(): Promise<void>;
}

interface Tables {
  readonly root: RootDatabase<string, string>;
  /** What each revision did: the objects that exist, and the history. Without what is superseded and forgotten. */
  readonly changes: Database<string, number>;
  /** The revision, and up to which the history of each storage is forgotten. */
  readonly marks: Database<string, string>;
  readonly texts: Database<string, string>;
}

type Operation = (tables: Tables) => void;

const FORMAT = 'format';
const REVISION = 'revision';
const COMPACTED = 'compacted/';

/**
 * Opens a folder with the data of a cluster, or makes it. Every group of changes is one transaction, which is on the disk
 * when it is done: whenever the process ends, what is left is the state after some revision, with everything that was
 * reported as durable.
 *
 * @throws Error with the remedy when another process has the folder open or another version has written it
 */
export async function openDurableData(folder: string): Promise<DurableData> {
  const { open } = await import('lmdb');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = realpathSync(folder);
  // A commit is done when it is on the disk, not when it is visible.
  const root: RootDatabase<string, string> = open({ path, maxDbs: 4, encoding: 'string', overlappingSync: false });
  let unlock: () => void;
  let tables: Tables;
  let isNew: boolean;
  try {
    unlock = lockFolder(folder, path, root);
    // There are keys and Secrets in it.
    chmodSync(join(path, 'data.mdb'), 0o600);
    tables = {
      root,
      changes: root.openDB<string, number>({ name: 'changes', encoding: 'string' }),
      marks: root.openDB<string, string>({ name: 'marks', encoding: 'string' }),
      texts: root.openDB<string, string>({ name: 'texts', encoding: 'string' }),
    };
    await checkFormat(folder, tables.marks);
    isNew = tables.marks.get(REVISION) === undefined && tables.changes.getKeysCount({ limit: 1 }) === 0;
  } catch (error) {
    await root.close();
    throw error;
  }

  const commits = createGroupCommit<Operation>((operations) =>
    commit(tables, operations).catch((cause) => {
      // The reason comes as a promise of its own, which must not go unheard.
      Promise.resolve(cause?.commitError).catch(() => {});
      throw new Error(
        `cannot write to ${folder}: is its disk full or broken? What was answered is safe; start the cluster again when that is mended`,
        { cause },
      );
    }),
  );
  const done = () =>
    new Promise<void>((resolve, reject) => commits.whenDone((failure) => (failure ? reject(failure) : resolve())));

  return {
    image: isNew ? undefined : readImage(tables),
    vault: createVault(
      [...tables.texts.getRange()].map(({ key, value }) => [key, value] as const),
      (name, text) => commits.add(({ texts }) => void texts.put(name, text)),
    ),
    log: {
      append({ storage, key, object, type, revision }) {
        const change = { storage, key, object, ...(type === 'DELETED' && { deleted: true }) };
        commits.add(({ changes }) => void changes.put(revision, encodeChange(change)));
      },
      forget(storage, compacted, events, revision) {
        commits.add(({ changes, marks }) => {
          marks.put(REVISION, String(revision));
          marks.put(`${COMPACTED}${storage}`, String(compacted));
          for (const event of events) {
            if (event.previous !== undefined) changes.remove(revisionOf(event.previous));
            if (event.type === 'DELETED') changes.remove(event.revision);
          }
        });
      },
      whenDurable: (settled) => commits.whenDone(settled),
    },
    fill(image, texts) {
      commits.add((into) => {
        into.marks.put(REVISION, String(image.revision));
        for (const [storage, upTo] of image.compacted) into.marks.put(`${COMPACTED}${storage}`, String(upTo));
        for (const change of image.changes) into.changes.put(revisionOf(change.object), encodeChange(change));
        for (const [name, text] of texts) into.texts.put(name, text);
      });
      return done();
    },
    async close() {
      try {
        await done();
      } finally {
        unlock();
        await root.close();
      }
    },
  };
}

/** Puts the mark of the format into a new folder. */
async function checkFormat(folder: string, marks: Tables['marks']): Promise<void> {
  const format = marks.get(FORMAT);
  if (format === undefined) await marks.put(FORMAT, DATA_FORMAT);
  else if (format !== DATA_FORMAT) {
    throw new Error(
      `${folder} holds data in format ${format}, and this version of Opwright reads format ${DATA_FORMAT}: ` +
        'use the version that wrote it, or another folder',
    );
  }
}

/** All of these operations or none. */
async function commit(tables: Tables, operations: readonly Operation[]): Promise<void> {
  await tables.root.batch(() => {
    for (const operation of operations) operation(tables);
  });
}

function readImage({ changes, marks }: Tables): StoreImage {
  const compacted = new Map<string, number>();
  for (const { key, value } of marks.getRange({ start: COMPACTED, end: `${COMPACTED}\uffff` })) {
    compacted.set(key.slice(COMPACTED.length), Number(value));
  }
  const [last = 1] = changes.getKeys({ reverse: true, limit: 1 });
  return {
    revision: Math.max(last, Number(marks.get(REVISION) ?? 1)),
    compacted,
    changes: changes.getRange().map(({ value }) => decodeChange(value)),
  };
}
