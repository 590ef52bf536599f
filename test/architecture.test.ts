import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** The floors of the house, lowest first: a package imports only from those before it. */
const FLOORS = [
  '@opwright/machinery',
  '@opwright/schema',
  '@opwright/kubernetes',
  '@opwright/client',
  'opwright',
  '@opwright/cluster',
  '@opwright/cli',
];

/** The folders of the packages that are published as bundles (`scripts/bundle.mjs`). */
const BUNDLED = new Set(['machinery', 'schema', 'kubernetes', 'client', 'opwright']);

/** The modules that provide time, chance, processes and sockets to everyone else. */
const PROVIDERS: Record<string, RegExp[]> = {
  time: [/^packages\/client\/src\/system\//],
  chance: [/^packages\/client\/src\/system\//],
  socket: [
    /^packages\/client\/src\/transport\//,
    /^packages\/opwright\/src\/manager\/http\.ts$/,
    /^packages\/cluster\/src\/server\//,
  ],
  process: [/^packages\/client\/src\/kubeconfig\//, /^packages\/cli\/src\//],
};

const FORBIDDEN: Record<string, RegExp> = {
  time: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|(?<![.\w])set(?:Timeout|Interval|Immediate)\b(?!\(\w+:)|node:timers|node:perf_hooks|\bAbortSignal\.timeout\b/,
  chance: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\brandomInt\b|\bgetRandomValues\b/,
  socket: /from 'node:(?:net|http|https|http2|tls|dgram)'|(?<![.\w])fetch\(/,
  process: /from 'node:child_process'/,
};

/** The specifier of each static, re-exporting and dynamic import. */
const IMPORTS = /^(?:(?:import|export) [^'\n;=]*?from |\} from |import )'([^'\n]+)'|\bimport\('([^'\n]+)'\)/gm;

interface Source {
  path: string;
  text: string;
  code: string;
}

function* filesIn(directory: string): Generator<string> {
  if (!existsSync(directory)) return;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') yield* filesIn(path);
    } else yield path;
  }
}

/** Removes comments, so that prose may mention what code may not. Strings stay. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function sources(pattern: RegExp): Source[] {
  return [...filesIn(join(root, 'packages'))]
    .map((file) => relative(root, file).split(sep).join('/'))
    .filter((path) => pattern.test(path))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, code: withoutComments(text) };
    });
}

const production = sources(/^packages\/[^/]+\/src\/.*(?<!\.test)\.ts$/).filter(
  ({ path }) => !path.includes('/testing/'),
);

const packageOf = (path: string) => {
  const folder = path.split('/')[1];
  return folder === 'opwright' ? 'opwright' : `@opwright/${folder}`;
};

describe('the house', () => {
  test('has sources to check', () => {
    expect(production.length).toBeGreaterThan(10);
  });

  test('keeps its floors: a package imports only from lower ones, through their public entries', () => {
    const broken: string[] = [];
    for (const { path, code } of production) {
      const own = packageOf(path);
      for (const [, declared, dynamic] of code.matchAll(IMPORTS)) {
        const specifier = declared ?? dynamic;
        if (specifier === undefined) continue;
        if (specifier.startsWith('.')) {
          const target = join(root, path, '..', specifier);
          const home = join(root, 'packages', path.split('/')[1] ?? '');
          if (!target.startsWith(home + sep)) broken.push(`${path} reaches into another package: ${specifier}`);
          continue;
        }
        const target = FLOORS.find((name) => specifier === name || specifier.startsWith(`${name}/`));
        if (target === undefined) continue;
        if (FLOORS.indexOf(target) >= FLOORS.indexOf(own)) broken.push(`${path} (${own}) imports from ${target}`);
        const folder = target === 'opwright' ? 'opwright' : target.slice('@opwright/'.length);
        const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
        const entry = `.${specifier.slice(target.length)}`;
        if (!Object.hasOwn(manifest.exports, entry)) broken.push(`${path}: ${specifier} is not a public entry`);
      }
    }
    expect(broken).toEqual([]);
  });

  test('declares every package it imports', () => {
    const broken: string[] = [];
    for (const { path, code } of production) {
      const folder = path.split('/')[1] ?? '';
      const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
      // A bundle contains what its package lists for development alone.
      const inlined = BUNDLED.has(folder) ? manifest.devDependencies : {};
      const dependencies = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...inlined }));
      for (const [, declared, dynamic] of code.matchAll(IMPORTS)) {
        const specifier = declared ?? dynamic;
        if (specifier === undefined || /^(node:|\.)/.test(specifier)) continue;
        const name = specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/');
        if (name !== packageOf(path) && !dependencies.has(name)) broken.push(`${path} imports ${name}`);
      }
    }
    expect(broken).toEqual([]);
  });

  test('machinery and schema know no Node API', () => {
    const lower = production.filter(({ path }) => /^packages\/(machinery|schema)\//.test(path));
    expect(lower.filter(({ code }) => /'node:|\bprocess\.|\bBuffer\b/.test(code)).map(({ path }) => path)).toEqual([]);
  });

  for (const what of Object.keys(FORBIDDEN)) {
    test(`takes ${what} only from the modules that provide it`, () => {
      const broken = production
        .filter(({ path }) => !PROVIDERS[what]?.some((provider) => provider.test(path)))
        .flatMap(({ path, code }) =>
          code
            .split('\n')
            .filter((line) => FORBIDDEN[what]?.test(line))
            .map((line) => `${path}: ${line.trim()}`),
        );
      expect(broken).toEqual([]);
    });
  }

  const declarations = sources(/^packages\/[^/]+\/dist\/.*\.d\.ts$/);
  test.skipIf(declarations.length === 0)('has no any in public types (needs a build)', () => {
    const allowed = /^export type AnyResource\b/;
    const broken = declarations.flatMap(({ path, code }) =>
      code
        .split('\n')
        .filter(
          (line) =>
            /(?<![\w.])any(?![\w(])/.test(line.replace(/'[^']*'|"[^"]*"|`[^`]*`/g, '')) && !allowed.test(line.trim()),
        )
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(broken).toEqual([]);
  });

  test('carries no path of a machine and no leftover marks', () => {
    const marks =
      /\bTODO\b|\bFIXME\b|\bXXX\b|\b(?:it|test|describe)\.only\(|@ts-ignore|@ts-nocheck|\/(?:root|Users)\/|\/home\/[a-z]+\//;
    const broken = sources(/^packages\/[^/]+\/(?:src|test)\/.*\.ts$/)
      .filter(({ text }) => marks.test(text))
      .map(({ path }) => path);
    expect(broken).toEqual([]);
  });
});
