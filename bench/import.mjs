// What a process pays to have the framework: the import in fresh processes, and the size of what `npm install` leaves
// behind, beside @kubernetes/client-node.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { median, report } from './support.mjs';

const RUNS = 15;
const root = join(import.meta.dirname, '..');

const opwright = importMs('opwright');
const clientNode = importMs('@kubernetes/client-node');
report('import of opwright, median', opwright.wall, 'ms');
report('processor time of it', opwright.processor, 'ms');
report('import of @kubernetes/client-node, median', clientNode.wall, 'ms');
report('processor time of it', clientNode.processor, 'ms');
report('opwright to @kubernetes/client-node, processor time', opwright.processor / clientNode.processor, '×');
const size = installedBytes('opwright');
const sizeOfOther = installedBytes('@kubernetes/client-node');
report('installed size of opwright with all it needs', size / 1e6, 'MB');
report('installed size of @kubernetes/client-node', sizeOfOther / 1e6, 'MB');
report('opwright to @kubernetes/client-node, size', size / sizeOfOther, '×');

/** Medians of importing `specifier` in a process that has done nothing else. */
function importMs(specifier) {
  const script = `const before = process.cpuUsage(), start = performance.now();
    await import('${specifier}');
    const wall = performance.now() - start, { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify([wall, (user + system) / 1000]));`;
  const runs = Array.from({ length: RUNS }, () =>
    JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' })),
  );
  return { wall: median(runs.map(([wall]) => wall)), processor: median(runs.map(([, processor]) => processor)) };
}

/** Bytes of the package and of all production dependencies; of this workspace's packages, of what they would publish. */
function installedBytes(name) {
  const homes = new Map();
  const collect = (wanted, from) => {
    const home = homeOf(wanted, from);
    if (home === undefined || homes.has(home)) return;
    const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    homes.set(home, manifest);
    for (const dependency of Object.keys(manifest.dependencies ?? {})) collect(dependency, home);
  };
  collect(name, root);
  let bytes = 0;
  for (const [home, { name: found }] of homes) {
    const isOurs = found === 'opwright' || found.startsWith('@opwright/');
    bytes += isOurs ? publishedBytes(home) : bytesIn(home);
  }
  return bytes;
}

/** Where Node finds the package `name` that a module in `from` imports. */
function homeOf(name, from) {
  for (let folder = from; ; folder = join(folder, '..')) {
    const home = join(folder, 'node_modules', name);
    if (existsSync(join(home, 'package.json'))) return home;
    if (folder === join(folder, '..')) return undefined;
  }
}

function publishedBytes(home) {
  const [{ unpackedSize }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: home,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  return unpackedSize;
}

function bytesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .reduce((sum, entry) => {
      const path = join(folder, entry.name);
      return sum + (entry.isDirectory() ? bytesIn(path) : statSync(path).size);
    }, 0);
}
