import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runKills } from '../bench/kill/suite.mjs';
import { opwright, runNode, startNode } from './support/command.ts';

const KILLS = 10;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opwright-durability-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('what was acknowledged is there after every kill, revisions only grow, and watches go on', async () => {
  const report = await runKills({ kills: KILLS, seed: 'ci' });
  // Another run with the same seed sends the same requests: node bench/kill.mjs --kills 10 --seed ci
  expect(report.violations).toEqual([]);
  expect(report.acknowledged).toBeGreaterThan(KILLS);
}, 60_000);

test('a folder is refused while a cluster runs on it, and is saved and loaded when none does', async () => {
  const [data, file, other] = ['data', 'file', 'other'].map((name) => join(folder, name)) as [string, string, string];
  const start = (...more: string[]) => [opwright, 'cluster', '--profile', 'envtest', ...more];
  const kubeconfig = ['--kubeconfig', join(folder, 'kubeconfig')];
  const cluster = startNode(start('--data', data, ...kubeconfig));
  await cluster.until('keeps it');

  const second = await runNode(start('--data', data, ...kubeconfig));
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(
    /data is in use by process \d+: stop that cluster, or give this one a folder of its own/,
  );
  const save = [opwright, 'cluster', 'save', '--data', data, file];
  expect(await runNode(save)).toMatchObject({ code: 1 });
  expect(existsSync(file)).toBe(false);

  cluster.signal('SIGKILL');
  await cluster.ended;
  expect(await runNode(save)).toMatchObject({ code: 0, stderr: '' });
  expect(await runNode([opwright, 'cluster', 'load', '--data', other, file])).toMatchObject({ code: 0, stderr: '' });
  const copy = startNode(start('--data', other, ...kubeconfig));
  await copy.until('keeps it');
  copy.signal('SIGINT');
  expect(await copy.ended).toMatchObject({ code: 0 });
}, 60_000);
