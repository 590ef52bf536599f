import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { documents } from './load.ts';

/** The objects in files and folders. @throws Error naming the file at fault */
export async function objectsIn(paths: readonly string[]): Promise<readonly object[]> {
  const objects: object[] = [];
  for (const path of paths) {
    for (const file of await manifestFiles(path)) {
      try {
        objects.push(...documents(await readFile(file, 'utf8')));
      } catch (error) {
        throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
  }
  return objects;
}

/**
 * A file of objects itself, or those in a folder, in alphabetical order: `.yaml`, `.yml` and `.json`.
 *
 * @throws Error for what does not exist and for a folder without such files
 */
export async function manifestFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new Error(`${path}: no such file or folder`);
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.(ya?ml|json)$/.test(name)).sort();
  if (names.length === 0) throw new Error(`${path}: no .yaml, .yml or .json file in this folder`);
  return names.map((name) => join(path, name));
}
