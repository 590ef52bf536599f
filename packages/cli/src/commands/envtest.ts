import { access, chmod, constants, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { PROGRAMS } from '../envtest/programs.ts';
import type { Terminal } from '../terminal.ts';

/**
 * `opwright envtest`: fills a folder with executables that envtest starts instead of the real `kube-apiserver` and `etcd`, and
 * prints its path, so that KUBEBUILDER_ASSETS="$(opwright envtest)" is all that a test suite needs. The kubectl of the PATH is beside them if there
 * is one: fabric8's kube-api-test wants it there.
 */
export async function envtestCommand(
  { dir, delay }: { readonly dir: string; readonly delay?: number },
  terminal: Terminal,
): Promise<void> {
  const folder = resolve(dir);
  const main = new URL('../envtest/main.js', import.meta.url).href;
  await mkdir(folder, { recursive: true });
  for (const name of Object.keys(PROGRAMS)) {
    const file = join(folder, name);
    const flags = name === 'kube-apiserver' && delay !== undefined ? [`--request-delay=${delay}ms`] : [];
    await writeFile(file, script([name, ...flags], main));
    await chmod(file, 0o755);
  }
  await linkKubectl(folder);
  terminal.out(folder);
}

async function linkKubectl(folder: string): Promise<void> {
  const link = join(folder, 'kubectl');
  for (const place of (process.env.PATH ?? '').split(delimiter).map((path) => resolve(path))) {
    const kubectl = join(place, 'kubectl');
    if (place === folder || !(await isExecutable(kubectl))) continue;
    await rm(link, { force: true });
    return symlink(kubectl, link);
  }
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function script(args: readonly string[], main: string): string {
  return `#!/usr/bin/env node
process.argv.splice(2, 0, ...${JSON.stringify(args)});
import(${JSON.stringify(main)});
`;
}
