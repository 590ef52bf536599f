import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const PACKAGES = ['machinery', 'schema', 'kubernetes', 'client', 'opwright'];
const isBuilt = PACKAGES.every((name) => existsSync(join(root, 'packages', name, 'dist/index.js')));

/** What a fresh process, which resolves the packages as a user's does, prints as JSON. */
function inProcess(script: string): unknown {
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' }),
  );
}

describe.skipIf(!isBuilt)('the published bundles (needs a build)', () => {
  test('export what the sources export', async () => {
    const specifiers = PACKAGES.flatMap((folder) => {
      const { name, exports } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
      return Object.keys(exports).map((entry) => name + entry.slice(1));
    });
    const built = inProcess(`
      const names = {};
      for (const specifier of ${JSON.stringify(specifiers)}) names[specifier] = Object.keys(await import(specifier)).sort();
      console.log(JSON.stringify(names));
    `) as Record<string, string[]>;
    for (const specifier of specifiers) {
      expect(built[specifier], specifier).toEqual(Object.keys(await import(specifier)).sort());
    }
  });

  test('reach the libraries that are part of them, and their data', () => {
    const found = inProcess(`
      import { mkdtempSync, writeFileSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      import { join } from 'node:path';
      import { loadKubeconfig } from '@opwright/client';
      import { kubernetesVersion } from '@opwright/kubernetes/data';
      import { compileRegex } from '@opwright/schema';
      import { jsonLogger } from 'opwright';
      const file = join(mkdtempSync(join(tmpdir(), 'opwright-bundles-')), 'kubeconfig');
      writeFileSync(file, 'current-context: here');
      const lines = [];
      jsonLogger({ write: (line) => lines.push(JSON.parse(line).msg) }).info('hello');
      console.log(JSON.stringify({
        context: (await loadKubeconfig(file)).currentContext,
        lines,
        matches: compileRegex('(a|b)+c').test('abac'),
        minor: kubernetesVersion().minor,
      }));
    `);
    expect(found).toEqual({ context: 'here', lines: ['hello'], matches: true, minor: '32' });
  });
});
