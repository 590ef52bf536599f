import { readFile } from 'node:fs/promises';
import { manifestFiles } from '@opwright/cluster';
import type { Terminal } from './terminal.ts';
import { UserError } from './user-error.ts';

/** Loads YAML text into a cluster; `Cluster.load`. */
export type Load = (yaml: string) => Promise<unknown>;

/**
 * Applies the YAML files named, and those in the folders named, in alphabetical order, and prints the comment at the top of
 * each: it tells what there is to see. Throws UserError naming the file.
 */
export async function applyFiles(paths: readonly string[], load: Load, terminal: Terminal): Promise<void> {
  for (const path of paths) {
    for (const file of await filesIn(path)) {
      try {
        const yaml = await readFile(file, 'utf8');
        for (const line of topComment(yaml)) terminal.out(terminal.style('dim', `  ${line}`));
        await load(yaml);
      } catch (error) {
        throw new UserError(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
  }
}

function topComment(yaml: string): readonly string[] {
  const comment = /^(?:#.*\n)+/.exec(yaml)?.[0] ?? '';
  return comment.split('\n').filter((line) => line !== '');
}

async function filesIn(path: string): Promise<readonly string[]> {
  try {
    return await manifestFiles(path);
  } catch (error) {
    throw new UserError((error as Error).message, { remedy: 'Give YAML files or folders to --apply.' });
  }
}
