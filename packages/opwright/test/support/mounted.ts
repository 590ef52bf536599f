import { existsSync } from 'node:fs';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Puts a certificate into the folder as the kubelet mounts a Secret: the files are links into a folder that is a link, which
 * is renamed over the one before. `name` differs from call to call.
 */
export async function mountCertificate(
  folder: string,
  name: string,
  { cert, key }: { readonly cert: string; readonly key: string },
): Promise<void> {
  await mkdir(join(folder, name));
  await writeFile(join(folder, name, 'tls.crt'), cert);
  await writeFile(join(folder, name, 'tls.key'), key);
  await symlink(name, join(folder, '..next'));
  await rename(join(folder, '..next'), join(folder, '..data'));
  for (const file of ['tls.crt', 'tls.key']) {
    if (!existsSync(join(folder, file))) await symlink(`..data/${file}`, join(folder, file));
  }
}
