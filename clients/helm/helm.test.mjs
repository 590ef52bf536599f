// What Helm does, on the cluster of the current kubeconfig.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const chart = join(import.meta.dirname, 'chart');
const namespace = `helm-${randomBytes(4).toString('hex')}`;

const binary = process.env.HELM ?? 'helm';

const helm = async (...args) => (await run(binary, [...args, '--namespace', namespace])).stdout;
const kept = async (...path) => JSON.parse(await helm('get', ...path, '--output', 'json'));
const status = async (release) => JSON.parse(await helm('status', release, '--output', 'json'));

test('a release is installed, upgraded, rolled back and uninstalled', async () => {
  await helm('install', 'shop', chart, '--create-namespace', '--wait', '--timeout', '60s');
  assert.equal((await status('shop')).info.status, 'deployed');
  assert.equal((await kept('values', 'shop', '--all')).greeting, 'hello');

  await helm('upgrade', 'shop', chart, '--set', 'greeting=bye', '--set', 'size=5', '--wait', '--timeout', '60s');
  assert.equal((await status('shop')).version, 2);

  await helm('rollback', 'shop', '1', '--wait', '--timeout', '60s');
  const history = JSON.parse(await helm('history', 'shop', '--output', 'json'));
  assert.deepEqual(
    history.map(({ revision, status }) => [revision, status]),
    [
      [1, 'superseded'],
      [2, 'superseded'],
      [3, 'deployed'],
    ],
  );
  assert.deepEqual(
    JSON.parse(await helm('list', '--output', 'json')).map(({ name }) => name),
    ['shop'],
  );

  await helm('uninstall', 'shop', '--wait', '--timeout', '60s');
  assert.deepEqual(JSON.parse(await helm('list', '--all', '--output', 'json')), []);
});

test('an upgrade that the API server refuses fails, and the next one goes on', async () => {
  await helm('install', 'other', chart, '--create-namespace');
  await assert.rejects(helm('upgrade', 'other', chart, '--set', 'size=1000'), /should be less than or equal to 10/);
  assert.equal((await status('other')).info.status, 'failed');
  await helm('upgrade', 'other', chart, '--set', 'size=7');
  assert.equal((await status('other')).info.status, 'deployed');
  await helm('uninstall', 'other');
});

test('a dry run on the server validates and keeps nothing', async () => {
  const rendered = await helm('install', 'dry', chart, '--dry-run=server', '--output', 'json');
  assert.match(JSON.parse(rendered).manifest, /name: dry-greeting/);
  await assert.rejects(status('dry'), /release: not found/);
});
