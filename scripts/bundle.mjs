// Makes one module of each entry of the packages that an operator imports at run time: reading a hundred small files costs
// more than running them. See docs/decisions/0014-the-runtime-is-published-as-bundles.md.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { build } from 'esbuild';

/** What opwright needs at run time, and what its modules may take for granted. */
const PLATFORMS = { machinery: 'neutral', schema: 'neutral', kubernetes: 'node', client: 'node', opwright: 'node' };

/** Built-in kinds are known by their names, so that a copy is as good; it costs less than the files that they are spread over. */
const COPIED = /^@opwright\/kubernetes\/(?!data$)/;

/**
 * Libraries whose code runs when they are called first, and is as short as can be: reading their text, making tables of Unicode and
 * asking for a dozen of Node's modules takes a fifth of an import. What they export stands for what they have.
 */
const ON_FIRST_USE = {
  re2js: 'export const RE2JS = { compile: (...pattern) => library().RE2JS.compile(...pattern) };',
  pino: 'export const pino = (...options) => library().pino(...options);',
};

/** Makes `library`, which runs the text that is put in the place of `text_of`. */
const RUN_ONCE = `let found;
const library = () => {
  if (found === undefined) {
    const module = { exports: {} };
    text_of("LIBRARY")(module, module.exports);
    found = module.exports;
  }
  return found;
};`;

/** V8 takes longer to read a text that has one of these, which esbuild leaves in patterns and comments. */
const BEYOND_LATIN = /[^\0-\xff]/g;
const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

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
  const libraries = new Map();
  const { outputFiles, metafile } = await build({
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
          build.onResolve({ filter: /^@?\w/ }, ({ path, namespace }) => {
            if (Object.hasOwn(ON_FIRST_USE, path) && namespace === 'file') return { path, namespace: 'on-first-use' };
            const isDependency = dependencies.some((name) => path === name || path.startsWith(`${name}/`));
            return isDependency && !COPIED.test(path) ? { path, external: true } : undefined;
          });
          build.onLoad({ filter: /./, namespace: 'on-first-use' }, async ({ path }) => {
            libraries.set(path, await shortest(path, home, platform));
            return { contents: `${RUN_ONCE.replace('LIBRARY', path)}\n${ON_FIRST_USE[path]}` };
          });
        },
      },
    ],
    banner: inlined.length > 0 && platform === 'node' ? { js: REQUIRE } : {},
    legalComments: 'inline',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  for (const { path, text } of outputFiles) {
    let code = text;
    for (const [library, { text }] of libraries) {
      code = code.replace(`text_of("${library}")`, () => `((module, exports) => {\n${text}})`);
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code.replace(BEYOND_LATIN, escaped));
  }
  const files = [metafile, ...[...libraries.values()].map(({ metafile }) => metafile)].flatMap(({ inputs }) =>
    Object.keys(inputs),
  );
  writeFileSync(join(dist, 'LICENSES.txt'), licensesOf(files.map((path) => join(home, path))));
}

/** The text of a library as a CommonJS module. */
async function shortest(library, home, platform) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: home,
    stdin: { contents: `module.exports = require('${library}');`, resolveDir: home },
    bundle: true,
    minify: true,
    format: 'cjs',
    platform,
    mainFields: ['module', 'main'],
    target: 'node20.20',
    legalComments: 'inline',
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  return { text: outputFiles[0].text, metafile };
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
