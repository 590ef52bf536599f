import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
export const opwright = join(root, 'packages', 'cli', 'bin', 'opwright.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program of this repository under test. */
export interface Running {
  /** Resolves when standard output or error contains the text; rejects when the program ends before. */
  until(text: string | RegExp): Promise<RegExpExecArray>;
  output(): string;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** Starts a Node program. It is killed after `timeoutMs`. */
export function startNode(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Running {
  const env = { ...process.env, NO_COLOR: '1', ...options.env };
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: options.cwd ?? root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const streams = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      streams[name] += text;
      for (const watcher of watchers) watcher();
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 30_000);
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, ...streams });
    });
  });
  const output = () => streams.stdout + streams.stderr;
  return {
    output,
    ended,
    signal(signal) {
      child.kill(signal);
    },
    until: (text) =>
      new Promise((resolve, reject) => {
        const pattern = typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text;
        const check = () => {
          const found = pattern.exec(output());
          if (!found) return;
          watchers.delete(check);
          resolve(found);
        };
        watchers.add(check);
        check();
        void ended.then(() => reject(new Error(`ended before ${pattern}:\n${output()}`)));
      }),
  };
}

/** Runs a Node program to its end. */
export function runNode(args: readonly string[], options: Parameters<typeof startNode>[1] = {}): Promise<Ended> {
  return startNode(args, options).ended;
}
