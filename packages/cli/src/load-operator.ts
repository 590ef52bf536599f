import { existsSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, context, type Message, type Plugin } from 'esbuild';
import { isOperator, type Operator } from 'opwright';
import { UserError } from './user-error.ts';

/** What is tried when the user names no file. */
const DEFAULT_FILES = ['operator.ts', 'src/operator.ts', 'operator.js', 'src/operator.js', 'operator.mjs'];

/**
 * Finds the module that exports the operator: the file given, the operator file of the folder given, or one of the usual names
 * in the current folder. Throws UserError.
 */
export async function findOperatorFile(given: string | undefined, cwd: string): Promise<string> {
  if (given !== undefined) {
    const path = resolve(cwd, given);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) return path;
    if (!found) {
      throw new UserError(`${given}: no such file`, {
        remedy: 'Give the path of the module whose default export is your operator: opwright dev operator.ts',
      });
    }
    return firstOf(path, given);
  }
  return firstOf(cwd, 'this folder');
}

function firstOf(folder: string, shown: string): string {
  const found = DEFAULT_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new UserError(`no operator in ${shown}: looked for ${DEFAULT_FILES.join(', ')}`, {
    remedy: 'Give the path of the module whose default export is your operator: opwright dev path/to/operator.ts',
  });
}

/** Builds and imports the module at `file` and returns its default export. Throws UserError when any of that fails. */
export async function loadOperator(file: string): Promise<Operator> {
  const output = outputOf(file);
  try {
    await build(buildOptions(file, output));
  } catch (error) {
    throw new UserError(describeMessages((error as { errors?: Message[] }).errors ?? [], error));
  }
  return importOperator(file, output);
}

/** An operator whose files are watched. */
export interface WatchedOperator {
  /** As it was when watching began. */
  readonly first: Operator;
  stop(): Promise<void>;
}

/**
 * Builds and imports `file`, and again after every change of a file it is made of: then `onLoad` gets the new operator, or
 * `onError` a UserError when the new state does not build or load. Throws UserError when the first load fails.
 */
export async function watchOperator(
  file: string,
  handlers: { onLoad(operator: Operator): void; onError(error: unknown): void },
): Promise<WatchedOperator> {
  const output = outputOf(file);
  let settleFirst: ((operator: Promise<Operator>) => void) | undefined;
  const first = new Promise<Operator>((resolve) => {
    settleFirst = resolve;
  });
  const report: Plugin = {
    name: 'opwright-reload',
    setup(builder) {
      builder.onEnd(async (result) => {
        const loading =
          result.errors.length > 0
            ? Promise.reject(new UserError(describeMessages(result.errors)))
            : importOperator(file, output);
        if (settleFirst !== undefined) {
          settleFirst(loading);
          settleFirst = undefined;
          await loading.catch(() => {});
        } else {
          await loading.then(handlers.onLoad, handlers.onError);
        }
      });
    },
  };
  const watching = await context({ ...buildOptions(file, output), plugins: [report] });
  try {
    await watching.watch();
    return { first: await first, stop: () => watching.dispose() };
  } catch (error) {
    await watching.dispose();
    throw error;
  }
}

function buildOptions(file: string, output: string): BuildOptions {
  return {
    entryPoints: [file],
    outfile: output,
    bundle: true,
    // Packages stay outside: the operator must share one copy of the framework with this process.
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'silent',
  };
}

/** The bundle lies beside the nearest node_modules, so that its imports resolve as those of the source would. */
function outputOf(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, 'node_modules')) && dirname(folder) !== folder) folder = dirname(folder);
  const base = existsSync(join(folder, 'node_modules')) ? folder : dirname(file);
  const name = relative(base, file).replace(/[^A-Za-z0-9]+/g, '-');
  return join(base, 'node_modules', '.cache', 'opwright', `${name}-${process.pid}.mjs`);
}

let imports = 0;

async function importOperator(file: string, output: string): Promise<Operator> {
  await mkdir(dirname(output), { recursive: true });
  imports += 1;
  let module: { default?: unknown };
  try {
    // A new query makes a new module: Node never reloads one it has seen.
    module = await import(`${pathToFileURL(output).href}?load=${imports}`);
  } catch (error) {
    throw new UserError(`${basename(file)} could not be loaded: ${describeThrown(error)}`, { cause: error });
  } finally {
    await rm(output, { force: true });
  }
  if (!isOperator(module.default)) {
    throw new UserError(`${basename(file)} does not export an operator`, {
      remedy:
        "Its default export must be one: export default defineOperator({ name: 'my-operator', controllers: [...] })",
    });
  }
  return module.default;
}

/** The message and the place in the user's source (source maps are on, see main.ts). */
function describeThrown(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frame = error.stack?.split('\n').find((line) => /^\s+at /.test(line) && !line.includes('node:'));
  return frame === undefined ? error.message : `${error.message}\n  ${frame.trim()}`;
}

function describeMessages(messages: readonly Message[], cause?: unknown): string {
  if (messages.length === 0) return `the operator does not build: ${String(cause)}`;
  const lines = messages.map(({ text, location }) =>
    location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text,
  );
  return `the operator does not build:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
