// What the types of 60 resources cost the compiler, against one resource. Needs `npm run build`.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, report } from '../support.mjs';
import { resourceModule } from './resource-module.mjs';

const RUNS = 3;
const RESOURCES = 60;
const root = join(import.meta.dirname, '..', '..');
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

const compilerOptions = {
  target: 'ES2022',
  lib: ['ES2023'],
  module: 'NodeNext',
  moduleResolution: 'NodeNext',
  types: [],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
};

/** Type-checks a project of `count` resources; the medians of what tsc reports. */
async function check(count) {
  const folder = await mkdtemp(join(tmpdir(), 'opwright-typecheck-'));
  try {
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    for (let index = 0; index < count; index++) {
      await writeFile(join(folder, `resource-${index}.ts`), resourceModule(index));
    }
    const runs = Array.from({ length: RUNS }, () => diagnose(folder));
    const of = (key) => median(runs.map((run) => run[key]));
    return { total: of('Total time'), check: of('Check time'), instantiations: of('Instantiations') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What `tsc --extendedDiagnostics` says: times in seconds, counts. */
function diagnose(folder) {
  const args = [tsc, '-p', folder, '--extendedDiagnostics'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tsc failed on the generated resources:\n${stdout}${stderr}`);
  const entries = [...stdout.matchAll(/^([A-Z][\w/ ]+):\s+([\d.]+)/gm)].map(([, key, value]) => [key, Number(value)]);
  return Object.fromEntries(entries);
}

const one = await check(1);
const many = await check(RESOURCES);
report(`tsc, ${RESOURCES} resources`, many.total * 1000, 'ms');
report('  of which check', many.check * 1000, 'ms');
report('tsc, one resource', one.total * 1000, 'ms');
report(`instantiations, ${RESOURCES} resources`, many.instantiations, '');
report('instantiations per resource', (many.instantiations - one.instantiations) / (RESOURCES - 1), '');
