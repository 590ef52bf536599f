// Makes one module of each entry of the packages that an operator imports at run time: reading a hundred small files costs
// more than running them. See docs/decisions/0014-the-runtime-is-published-as-bundles.md.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build } from 'esbuild';

/** What opwright needs at run time, and what its modules may take for granted. */
const PLATFORMS = { machinery: 'neutral', schema: 'neutral', kubernetes: 'node', client: 'node', opwright: 'node' };

/** Built-in kinds are known by their names, so that a copy is as good; it costs less than the files that they are spread over. */
const COPIED = /^@opwright\/kubernetes\/(?!data$)/;

/** Inlined CommonJS packages ask for Node's modules by `require`. */
const REQUIRE =
  "import { createRequire as createRequireOf } from 'node:module';\nconst require = createRequireOf(import.meta.url);";

/** Bundles `packages/NAME/src` into `packages/NAME/dist`, beside the declarations that tsc made there. */
export async function bundlePackages(root) {
  await Promise.all(
    Object.entries(PLATFORMS).map(([name, platform]) => bundle(join(root, 'packages', name), platform)),
  );
}

async function bundle(home, platform) {
  const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  const dependencies = Object.keys(manifest.dependencies);
  const inlined = Object.keys(manifest.devDependencies ?? {});
  const dist = join(home, 'dist');
  for (const file of readdirSync(dist, { recursive: true })) if (/\.js(\.map)?$/.test(file)) rmSync(join(dist, file));
  const { metafile } = await build({
    absWorkingDir: home,
    entryPoints: Object.values(manifest.exports).map((entry) => ({
      in: entry['opwright-source'],
      out: relative('dist', entry.default).replace(/\.js$/, ''),
    })),
    outdir: 'dist',
    bundle: true,
    splitting: true,
    // As deep as the modules of `src/data` are, so that the package's data has the same relative path.
    chunkNames: 'shared/[name]-[hash]',
    format: 'esm',
    platform,
    mainFields: ['module', 'main'],
    target: 'node20.20',
    external: ['node:*'],
    conditions: ['opwright-source'],
    plugins: [
      {
        name: 'dependencies',
        setup(build) {
          build.onResolve({ filter: /^@?\w/ }, ({ path }) => {
            const isDependency = dependencies.some((name) => path === name || path.startsWith(`${name}/`));
            return isDependency && !COPIED.test(path) ? { path, external: true } : undefined;
          });
        },
      },
    ],
    banner: inlined.length > 0 && platform === 'node' ? { js: REQUIRE } : {},
    legalComments: 'inline',
    metafile: true,
    logLevel: 'warning',
  });
  writeFileSync(join(dist, 'LICENSES.txt'), licensesOf(Object.keys(metafile.inputs).map((path) => join(home, path))));
}

/** The licences of the packages that the files come from: a copy of their code must carry them. */
function licensesOf(files) {
  const homes = new Set();
  for (const file of files) {
    const match = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file.split(sep).join('/'));
    if (match) homes.add(match[0]);
  }
  const texts = [...homes].sort().map((home) => {
    const { name, version, license } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    const file = readdirSync(home).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file && existsSync(join(home, file)) ? readFileSync(join(home, file), 'utf8').trim() : license;
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.length > 0
    ? `This package contains code of:\n\n${texts.join('\n\n')}`
    : 'This package contains code of no other.\n';
}
