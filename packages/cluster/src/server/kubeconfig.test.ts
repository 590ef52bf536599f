import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { kubeconfigText, writeKubeconfig } from './kubeconfig.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'opwright-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a kubeconfig has one context, with the certificates in it', () => {
  const text = kubeconfigText({ server: 'https://127.0.0.1:1', ca: 'CA', user: { cert: 'CERT', key: 'KEY' } });
  expect(parse(text)).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'opwright', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': btoa('CA') } },
    ],
    users: [{ name: 'opwright', user: { 'client-certificate-data': btoa('CERT'), 'client-key-data': btoa('KEY') } }],
    contexts: [{ name: 'opwright', context: { cluster: 'opwright', user: 'opwright', namespace: 'default' } }],
    'current-context': 'opwright',
  });
});

test('a token gets a context of its own beside that of the certificate', () => {
  const user = { cert: 'CERT', key: 'KEY' };
  const { users, contexts, ...rest } = parse(kubeconfigText({ server: 'https://127.0.0.1:1', user, token: 'secret' }));
  expect(rest['current-context']).toBe('opwright');
  expect(users[1]).toEqual({ name: 'opwright-token', user: { token: 'secret' } });
  expect(contexts[1].context).toEqual({ cluster: 'opwright', user: 'opwright-token', namespace: 'default' });
});

test('the file is for its owner only, even where a readable one was, and nothing is left beside it', async () => {
  const file = join(folder, 'config');
  await writeFile(file, 'old', { mode: 0o644 });
  await writeKubeconfig(file, { server: 'http://127.0.0.1:1', user: { token: 't' } });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toContain('token: t');
  expect(await readdir(folder)).toEqual(['config']);
});
