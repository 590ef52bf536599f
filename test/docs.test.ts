import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { opwright, root, startNode } from './support/command.ts';

interface Block {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

function documents(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist'].includes(entry.name) || entry.name.startsWith('.') ? [] : documents(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

function blocksOf(path: string): Block[] {
  const document = relative(root, path);
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    document,
    line: text.slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    code: match[2] ?? '',
  }));
}

const blocks = documents(root).flatMap(blocksOf);
const run = promisify(execFile);

test('the documents have code, in languages that can be executed', () => {
  expect(blocks.length).toBeGreaterThan(3);
  expect(blocks.filter(({ language }) => !['ts', 'sh'].includes(language))).toEqual([]);
});

describe('the TypeScript of each document', () => {
  const typescript = new Map<string, Block[]>();
  for (const block of blocks) {
    if (block.language === 'ts') typescript.set(block.document, [...(typescript.get(block.document) ?? []), block]);
  }

  for (const [document, parts] of typescript) {
    test(`${document}: compiles, and its tests pass`, async () => {
      const cache = join(root, 'node_modules', '.cache');
      mkdirSync(cache, { recursive: true });
      const folder = mkdtempSync(join(cache, 'opwright-docs-'));
      try {
        for (const { code, line } of parts) {
          const name = /^\/\/ (\S+\.ts)$/m.exec(code.split('\n')[0] ?? '')?.[1];
          expect(name, `${document}:${line}: the first line must name the file: // operator.ts`).toBeDefined();
          mkdirSync(dirname(join(folder, name ?? '')), { recursive: true });
          writeFileSync(join(folder, name ?? ''), code);
        }
        const compilerOptions = {
          composite: false,
          declaration: false,
          declarationMap: false,
          noEmit: true,
          types: ['node'],
        };
        writeFileSync(
          join(folder, 'tsconfig.json'),
          JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions, include: ['**/*.ts'] }),
        );
        const bin = join(root, 'node_modules', '.bin');
        await run(join(bin, 'tsc'), ['-p', folder]).catch((error) => expect.fail(error.stdout));
        if (parts.some(({ code }) => /^\/\/ \S+\.test\.ts$/m.test(code))) {
          writeFileSync(
            join(folder, 'vitest.config.js'),
            "export default { test: { include: ['**/*.test.ts'], exclude: [] } };",
          );
          await run(join(bin, 'vitest'), ['run', '--root', folder]).catch((error) =>
            expect.fail(`${error.stdout}${error.stderr}`),
          );
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }, 60_000);
  }
});

describe('the commands of the documents', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(root, 'node_modules', '.cache', 'opwright-docs-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts a command that runs until it is interrupted, waits for a sign of life, interrupts it. */
  async function interrupted(args: readonly string[], sign: RegExp): Promise<void> {
    const running = startNode(args, { timeoutMs: 60_000 });
    await running.until(sign);
    running.signal('SIGINT');
    expect((await running.ended).code).toBe(0);
  }

  const operator = join('examples', 'foo', 'operator.ts');
  const file = (name: string) => join(folder, name);

  async function runOperator(...args: string[]): Promise<void> {
    const cluster = startNode([opwright, 'cluster', '--kubeconfig', file('run')]);
    await cluster.until(/KUBECONFIG/);
    const off = ['--metrics-bind-address', '0', '--health-probe-bind-address', '0'];
    await interrupted(
      [opwright, 'run', operator, '--install-crds', '--kubeconfig', file('run'), ...off, ...args],
      /Starting workers/,
    );
    cluster.signal('SIGINT');
    await cluster.ended;
  }

  const manifests = (...args: string[]) =>
    run(process.execPath, [opwright, 'manifests', operator, ...args], { cwd: root });

  /** Every command in the documents, with what executes it. */
  const executed: Record<string, () => Promise<void>> = {
    'npm start': () => interrupted([join('scripts', 'run.mjs'), 'start'], /Foo default\/foo-1 .*status\.happy/),
    'npm test': async () => expect(readFileSync(join(root, '.ci', 'run'), 'utf8')).toMatch(/^npm test$/m),
    'opwright dev operator.ts': () =>
      interrupted([opwright, 'dev', operator, '--kubeconfig', file('dev')], /KUBECONFIG/),
    'opwright manifests operator.ts': async () => {
      expect((await run(process.execPath, [opwright, 'manifests', operator], { cwd: root })).stdout).toContain(
        'kind: ClusterRole',
      );
    },
    'opwright run operator.ts': () => runOperator(),
    'opwright run operator.ts --leader-elect-resource-namespace default': () =>
      runOperator('--leader-elect-resource-namespace', 'default'),
    'opwright run operator.ts --shard-resource-namespace default': () =>
      runOperator('--shard-resource-namespace', 'default'),
    'opwright manifests operator.ts --shard': async () => {
      const { stdout } = await run(process.execPath, [opwright, 'manifests', operator, '--shard'], { cwd: root });
      expect(stdout).toContain('- --shard');
    },
    'opwright run operator.ts --cluster source=source.kubeconfig target=target.kubeconfig': async () => {
      const others = ['source', 'target'].map((name) =>
        startNode([opwright, 'cluster', '--kubeconfig', file(`${name}.kubeconfig`)]),
      );
      for (const other of others) await other.until(/KUBECONFIG/);
      const [source, target] = ['source', 'target'].map((name) => `${name}=${file(`${name}.kubeconfig`)}`);
      await runOperator('--cluster', source!, target!);
      for (const other of others) {
        other.signal('SIGINT');
        await other.ended;
      }
    },
    'opwright manifests operator.ts --cluster target': async () => {
      const { stdout } = await run(process.execPath, [opwright, 'manifests', operator, '--cluster', 'target'], {
        cwd: root,
      });
      expect(stdout).toContain('kind: ClusterRole');
      expect(stdout).not.toContain('kind: Deployment');
    },
    'opwright manifests operator.ts --leader-elect': async () => {
      const { stdout } = await run(process.execPath, [opwright, 'manifests', operator, '--leader-elect'], {
        cwd: root,
      });
      expect(stdout).toContain('- --leader-elect');
    },
    'opwright run operator.ts --namespaces default,kube-public': () =>
      runOperator('--namespaces', 'default,kube-public'),
    'opwright manifests operator.ts --namespaces default,kube-public': async () => {
      const { stdout } = await manifests('--namespaces', 'default,kube-public');
      expect(stdout.match(/^kind: Role$/gm)).toHaveLength(2);
      expect(stdout).toContain('- --namespaces=default,kube-public');
    },
    'opwright manifests operator.ts --namespace-selector team=a': async () => {
      const { stdout } = await manifests('--namespace-selector', 'team=a');
      expect(stdout).toContain('- --namespace-selector=team=a');
    },
    'opwright cluster': () => interrupted([opwright, 'cluster', '--kubeconfig', file('cluster')], /KUBECONFIG/),
    'opwright cluster --data .opwright/data': async () => {
      await interrupted([opwright, 'cluster', '--data', file('data'), '--kubeconfig', file('kept')], /data keeps it/);
    },
    'opwright dev operator.ts --data .opwright/data': () =>
      interrupted([opwright, 'dev', operator, '--data', file('dev-data'), '--kubeconfig', file('dev')], /KUBECONFIG/),
    'opwright cluster save --data .opwright/data demo.cluster': async () => {
      expect((await startNode([opwright, 'cluster', 'save', '--data', file('data'), file('saved')]).ended).code).toBe(
        0,
      );
    },
    'opwright cluster load --data .opwright/copy demo.cluster': async () => {
      expect((await startNode([opwright, 'cluster', 'load', '--data', file('copy'), file('saved')]).ended).code).toBe(
        0,
      );
    },
    'npm run dev': () => interrupted([opwright, 'dev', operator, '--kubeconfig', file('example')], /KUBECONFIG/),
    'npm run manifests': async () => executed['opwright manifests operator.ts']?.(),
  };

  const commands = new Set(
    blocks
      .filter(({ language }) => language === 'sh')
      .flatMap(({ code }) => code.split('\n'))
      .map((line) => line.replace(/#.*/, '').trim())
      .filter((line) => line !== ''),
  );

  for (const command of commands) {
    test(`${command} does what it says`, async () => {
      expect(Object.keys(executed)).toContain(command);
      await executed[command]?.();
    }, 60_000);
  }
});
