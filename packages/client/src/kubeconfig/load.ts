import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { KubeconfigError } from './fields.ts';
import { type Entries, type Kubeconfig, parseKubeconfig } from './parse.ts';

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One file that must exist. @throws KubeconfigError */
export async function loadKubeconfig(path: string): Promise<Kubeconfig> {
  const file = resolve(path);
  const text = await readIfExists(file);
  if (text === undefined) throw new KubeconfigError(`${file} does not exist: name an existing kubeconfig`);
  return parseKubeconfig(text, file);
}

/**
 * The files of a `KUBECONFIG` list, merged: of entries with the same name, and of `current-context`, the first counts.
 * Files that do not exist are skipped, as long as one does.
 * @throws KubeconfigError
 */
export async function loadKubeconfigList(list: string): Promise<Kubeconfig> {
  const files = list.split(delimiter).filter((path) => path !== '');
  const loaded: Kubeconfig[] = [];
  for (const path of files) {
    const file = resolve(path);
    const text = await readIfExists(file);
    if (text !== undefined) loaded.push(await parseKubeconfig(text, file));
  }
  if (loaded.length === 0) {
    throw new KubeconfigError(
      `KUBECONFIG is ${JSON.stringify(list)}, but no such file exists: correct the variable or unset it to use ~/.kube/config`,
    );
  }
  return mergeKubeconfigs(loaded);
}

/** `~/.kube/config`, if it exists. @throws KubeconfigError when it is not usable */
export async function loadDefaultKubeconfig(env: Environment): Promise<Kubeconfig | undefined> {
  const file = join(env.HOME || homedir(), '.kube', 'config');
  const text = await readIfExists(file);
  return text === undefined ? undefined : parseKubeconfig(text, file);
}

/** The first of each name wins. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const currentContext = configs.find((config) => config.currentContext !== undefined)?.currentContext;
  return {
    source: configs.map((config) => config.source).join(delimiter),
    ...(currentContext !== undefined && { currentContext }),
    clusters: firstOfEach(configs.map((config) => config.clusters)),
    users: firstOfEach(configs.map((config) => config.users)),
    contexts: firstOfEach(configs.map((config) => config.contexts)),
  };
}

function firstOfEach<T>(maps: readonly Entries<T>[]): Entries<T> {
  // Later entries of a Map's input overwrite earlier ones.
  return new Map(maps.toReversed().flatMap((map) => [...map]));
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new KubeconfigError(`cannot read the kubeconfig ${file}: ${message}`, { cause });
  }
}
