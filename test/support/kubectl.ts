import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** kubectl against one cluster, with a cache and a home folder of its own. */
export interface Kubectl {
  /** Runs kubectl and waits for its end. `input` goes to its standard input. */
  (args: readonly string[], options?: RunOptions): Promise<Result>;
  /** Starts kubectl and collects its output until `stop`. */
  start(
    args: readonly string[],
    options?: Pick<RunOptions, 'env'>,
  ): {
    output(): string;
    until(text: string | RegExp): Promise<void>;
    /** Resolves when it has ended by itself. */
    readonly ended: Promise<void>;
    stop(): Promise<void>;
  };
  dispose(): void;
}

const binary = process.env.KUBECTL ?? 'kubectl';

function clientVersion(): { version?: string; problem?: string } {
  const result = spawnSync(binary, ['version', '--client', '-o', 'json'], { encoding: 'utf8', timeout: 20_000 });
  if (result.error || result.status !== 0) return { problem: `no ${binary} here` };
  const version: string = JSON.parse(result.stdout).clientVersion?.gitVersion ?? '';
  const minor = Number(/^v1\.(\d+)/.exec(version)?.[1]);
  return minor >= 32 ? { version } : { problem: `kubectl ${version} is older than 1.32` };
}

const { version, problem } = clientVersion();

/** `describe` where kubectl 1.32 or newer is present; a skipped suite that says why elsewhere. */
export function describeKubectl(name: string, suite: () => void): void {
  if (version !== undefined) describe(name, suite);
  else describe.skip(`${name} (skipped: ${problem})`, suite);
}

export function kubectlFor(kubeconfig: string): Kubectl {
  const home = mkdtempSync(join(tmpdir(), 'opwright-kubectl-'));
  const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: kubeconfig, KUBECTL_KUBERC: 'false' };
  const started = new Set<ChildProcess>();
  const launch = (args: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const child = spawn(binary, args, { env: { ...env, ...more }, stdio: ['pipe', 'pipe', 'pipe'] });
    started.add(child);
    child.on('close', () => started.delete(child));
    const streams = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      streams.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      streams.stderr += text;
    });
    return { child, streams };
  };

  const run = (args: readonly string[], options: RunOptions = {}) =>
    new Promise<Result>((resolve, reject) => {
      const { child, streams } = launch(args, options.env);
      const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 15_000);
      child.on('error', reject);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        if (signal) streams.stderr += `\n(kubectl ${args.join(' ')} was ended by ${signal})`;
        resolve({ code: code ?? -1, ...streams });
      });
      child.stdin.end(options.input ?? '');
    });

  const start: Kubectl['start'] = (args, options = {}) => {
    const { child, streams } = launch(args, options.env);
    const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
    return {
      output: () => streams.stdout,
      ended,
      async until(text) {
        const found = () => (typeof text === 'string' ? streams.stdout.includes(text) : text.test(streams.stdout));
        while (!found()) {
          if (child.exitCode !== null)
            throw new Error(`kubectl ended before ${text}: ${streams.stdout}${streams.stderr}`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      async stop() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  };

  return Object.assign(run, {
    start,
    dispose() {
      for (const child of started) child.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    },
  });
}
