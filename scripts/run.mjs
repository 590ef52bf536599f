// The one entry behind `npm start`, `npm test` and the rest: it installs what is missing, builds, and runs.
// Plain Node, no dependencies: it must work as the first command after `git clone`.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);

function fail(message) {
  console.error(message);
  process.exit(1);
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (result.error) fail(`could not run ${command}: ${result.error.message}`);
  if (result.signal) process.exit(130);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 20)) return;
  fail(`Opwright needs Node 20.20 or newer; this is ${process.versions.node}. Install a newer Node and try again.`);
}

/** Runs `npm ci` when there are no dependencies yet, or the lock file has changed since they were installed. */
function install() {
  const changed = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  // npm writes this file at the end of every install.
  if (changed('node_modules/.package-lock.json') >= changed('package-lock.json')) return;
  console.error('Installing dependencies (npm ci) …');
  const npm = process.env.npm_execpath;
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  if (npm?.endsWith('.js')) run(process.execPath, [npm, 'ci', ...quiet]);
  else run('npm', ['ci', ...quiet]);
}

async function build() {
  run(bin('tsc'), ['-b', ...packages()]);
  const { bundlePackages } = await import('./bundle.mjs');
  await bundlePackages(root);
}

/** The packages in the order of their floors: the references of tsconfig.json without the tests. */
function packages() {
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  return references.map(({ path }) => path).filter((path) => path.startsWith('packages/'));
}

const [task, ...rest] = process.argv.slice(2);
checkNode();
install();
switch (task) {
  case 'build':
    await build();
    break;
  case 'start':
    await build();
    // In this process, so that Ctrl-C reaches the command once and its exit code is ours.
    process.argv.splice(2, Infinity, 'dev', 'examples/foo/operator.ts', '--apply', 'examples/foo/samples', ...rest);
    process.chdir(root);
    await import('../packages/cli/bin/opwright.js');
    break;
  case 'test':
    await build();
    run(bin('vitest'), ['run', ...rest]);
    break;
  case 'check':
    run(bin('biome'), ['check', '.']);
    run(bin('tsc'), ['-b']);
    break;
  case 'bench':
    await build();
    run(process.execPath, [join('bench', 'main.mjs'), ...rest]);
    break;
  case 'fuzz':
    await build();
    process.env.OPWRIGHT_FUZZ_REQUESTS = rest.shift() ?? '1000000';
    run(bin('vitest'), ['run', 'test/fuzz', ...rest]);
    break;
  case 'conformance':
    await build();
    run(bin('tsc'), ['-b', 'conformance']);
    run(process.execPath, [join('conformance', 'dist', 'main.js'), ...rest]);
    break;
  case 'clients':
    await build();
    run(process.execPath, [join('clients', 'main.mjs'), ...rest]);
    break;
  default:
    fail(`unknown task ${task ?? ''}: use build, start, test, check, bench, fuzz, conformance or clients`);
}
